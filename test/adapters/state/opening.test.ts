import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { KeptState } from '../../../src/adapters/state/kept-state.ts';
import { openState, openStateForReading } from '../../../src/adapters/state/open-state.ts';
import { standingSession } from '../../../src/adapters/state/session.ts';
import { SqliteFile } from '../../../src/adapters/state/sqlite-file.ts';
import { inWords } from '../../../src/adapters/state/state-problem.ts';
import { aDocument, aPost, aRun, DAY_MS, LINE, opened, START_MS } from './sample.ts';
import { temporaryState } from './temporary-state.ts';

const temporary = temporaryState();
const hasModes = process.platform !== 'win32';

describe('a state folder', () => {
  it.runIf(hasModes)('is for its owner only, with all that is in it', async () => {
    const folder = join(temporary.folder, 'deep', 'state');
    const state = await temporary.open(folder);
    await state.inbox.claim('a', START_MS);
    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
    expect(await modeOf(folder)).toBe('700');
    for (const ending of ['', '-wal', '-shm']) {
      expect(await modeOf(join(folder, `state.db${ending}`))).toBe('600');
    }
  });

  it('is written through to the disk, with a log, references checked and deleted rows overwritten', async () => {
    await temporary.open();
    expect(temporary.raw('pragma journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    const file = new SqliteFile(temporary.file, 'writing');
    const settingOf = async (name: string) =>
      Object.values((await sql<object>`pragma ${sql.raw(name)}`.execute(file.db)).rows[0] ?? {})[0];
    expect(await settingOf('synchronous')).toBe(2);
    expect(await settingOf('foreign_keys')).toBe(1);
    expect(await settingOf('secure_delete')).toBe(1);
    expect(await settingOf('busy_timeout')).toBe(5_000);
    await file.close();
  });

  it('holds purged lines nowhere any more', async () => {
    const state = await temporary.open();
    await opened(state, 'i1');
    await state.incidents.finish('i1-1', aDocument(200), START_MS);
    await state.outbox.put(aPost('i1/evidence', LINE), START_MS);
    await state.outbox.sent((await state.outbox.heads())[0]!.sequence, START_MS);
    const holdsLine = async (ending: string) => (await readFile(temporary.file + ending)).includes(LINE);
    expect((await holdsLine('')) || (await holdsLine('-wal'))).toBe(true);
    await state.purge(START_MS + 2 * DAY_MS, {
      deliveriesMs: DAY_MS,
      evidenceMs: DAY_MS,
      incidentsMs: 90 * DAY_MS,
    });
    expect(await holdsLine('')).toBe(false);
    expect(await holdsLine('-wal')).toBe(false);
  });

  it('lets the database refuse a second running run', async () => {
    const state = await temporary.open();
    await opened(state, 'i1');
    expect(() =>
      temporary.raw(
        `insert into run select 'r2', incident_id, 2, asked_by, asked_at_ms, window_from_ms, window_to_ms, state,
          attempts, ended_at_ms, failure, process, because from run`,
      ),
    ).toThrow(/UNIQUE constraint failed: run.incident_id/);
  });
});

describe('a state file is refused', () => {
  const refusal = (open: () => Promise<unknown>) =>
    open().then(
      () => 'opened',
      error => error,
    );
  const forWriting = () => openState(temporary.folder, { clock: temporary.clock });
  const forReading = () => openStateForReading(temporary.folder);

  it.each([
    ['for work', forWriting],
    ['for reading', forReading],
  ])('%s when a newer version wrote it, and stays as it is', async (_, open) => {
    await temporary.make();
    temporary.raw("insert into kysely_migration values ('0999-later', '2030-01-01T00:00:00.000Z')");
    expect(await refusal(open)).toMatchObject({
      kind: 'newer',
      message: expect.stringMatching(/newer version of Staunch.*0999-later/),
    });
    expect(temporary.raw('select epoch, pid from lease')).toEqual([{ epoch: 1, pid: null }]);
  });

  it('for reading when it must be brought up to date first', async () => {
    await temporary.make();
    temporary.raw('delete from kysely_migration');
    expect(await refusal(forReading)).toMatchObject({ kind: 'older' });
  });

  it('for reading when it is not there, or was never written', async () => {
    expect(await refusal(forReading)).toMatchObject({ kind: 'absent' });
    await writeFile(temporary.file, '');
    expect(await refusal(forReading)).toMatchObject({ kind: 'foreign' });
  });

  it.each([
    ['text', () => writeFile(temporary.file, 'servers:\n  a: { host: a }\n'.repeat(200))],
    ["another program's", async () => void temporary.raw('create table t (a)')],
  ])('when it is %s, and stays as it is', async (_, make) => {
    await make();
    const before = await readFile(temporary.file);
    expect(await refusal(forWriting)).toMatchObject({
      kind: 'foreign',
      message: expect.stringContaining(`${temporary.file} is not a state file of Staunch`),
    });
    expect(await refusal(forReading)).toMatchObject({ kind: 'foreign' });
    expect(await readFile(temporary.file)).toEqual(before);
  });

  it('when its folder cannot be', async () => {
    await writeFile(join(temporary.folder, 'file'), '');
    expect(
      await refusal(() => openState(join(temporary.folder, 'file', 'state'), { clock: temporary.clock })),
    ).toMatchObject({ kind: 'unreachable' });
  });

  it.runIf(hasModes && process.getuid?.() !== 0)('when it may not be written', async () => {
    await chmod(temporary.folder, 0o500);
    expect(await refusal(forWriting)).toMatchObject({ kind: 'unreachable' });
    await chmod(temporary.folder, 0o700);
  });
});

describe('a write that does not wait for the disk', () => {
  it('leaves the next one waiting for it, whether it worked or not', async () => {
    await temporary.make();
    const file = new SqliteFile(temporary.file, 'writing');
    const FULL = 2;
    const level = async (db = file.db) =>
      (await sql<{ synchronous: number }>`pragma synchronous`.execute(db)).rows[0]?.synchronous;
    const within: unknown[] = [];
    await file.unsynced(async db => void within.push(await level(db)));
    expect(within).toEqual([1]);
    expect(await level()).toBe(FULL);
    await expect(file.unsynced(async () => Promise.reject(new Error('cut off')))).rejects.toThrow('cut off');
    expect(await level()).toBe(FULL);
    // One that was asked for meanwhile waits for its turn, and has the disk's word.
    const meanwhile = file.unsynced(async () => {});
    expect(await file.db.transaction().execute(level)).toBe(FULL);
    await meanwhile;
    await file.close();
  });
});

describe('trouble with the disk', () => {
  it('that is full is said in words, half a change is not kept, and work goes on once there is room', async () => {
    await temporary.make(state => opened(state, 'i1'));
    const file = new SqliteFile(temporary.file, 'writing');
    const state = new KeptState(standingSession(file, async () => {}));
    const pages = temporary.raw('pragma page_count')[0]!.page_count;
    await sql`pragma max_page_count = ${sql.raw(String(pages))}`.execute(file.db);
    const full = {
      kind: 'disk-full',
      message: expect.stringMatching(/The disk is full: .*state\.db.*"df -h"/),
    };
    const big = aPost('big', 'x'.repeat(200_000));
    await expect(state.outbox.put(big, START_MS)).rejects.toMatchObject(full);
    const goesOn = state.atomically(async within => {
      await within.inbox.claim('a', START_MS);
      await within.outbox.put(big, START_MS).catch(() => undefined);
      // SQLite ended the transaction by itself: this must not become a change of its own.
      await within.inbox.claim('b', START_MS).catch(() => undefined);
    });
    await expect(goesOn).rejects.toMatchObject(full);
    await sql`pragma max_page_count = 100000`.execute(file.db);
    expect(await state.inbox.claim('a', START_MS)).toBe(true);
    expect(await state.inbox.claim('b', START_MS)).toBe(true);
    await state.outbox.put(big, START_MS);
    expect(await state.outbox.backlog()).toMatchObject({ waiting: 1 });
    expect(file.damage()).toBeUndefined();
    await file.close();
  });

  it('is not what a lock of another program is: that is said in words of its own', async () => {
    await temporary.make();
    const file = new SqliteFile(temporary.file, 'writing');
    await sql`pragma busy_timeout = 20`.execute(file.db);
    const other = new DatabaseSync(temporary.file);
    other.exec('begin immediate');
    const state = new KeptState(standingSession(file, async () => {}));
    await expect(state.inbox.claim('a', START_MS)).rejects.toMatchObject({ kind: 'busy' });
    other.close();
    expect(await state.inbox.claim('a', START_MS)).toBe(true);
    await file.close();
  });

  it('that is read-only is said in words', async () => {
    await temporary.make(state => opened(state, 'i1'));
    const file = new SqliteFile(temporary.file, 'reading');
    const state = new KeptState(standingSession(file, async () => {}));
    await expect(state.incidents.fail('i1-1', 'x', START_MS)).rejects.toMatchObject({
      kind: 'read-only',
      message: expect.stringMatching(/state\.db is read-only, so nothing can be saved/),
    });
    expect(await state.incidents.again('i1', aRun('r2')).catch(error => error.kind)).toBe('read-only');
    await file.close();
  });

  it.each([
    [{ errcode: 13 }, 'disk-full'],
    [{ errcode: 8 }, 'read-only'],
    [{ errcode: 1032 }, 'read-only'],
    [{ errcode: 5 }, 'busy'],
    [{ errcode: 517 }, 'busy'],
    [{ errcode: 778 }, 'disk-error'],
    [{ errcode: 4874 }, 'disk-full'],
    [{ errcode: 11 }, 'damaged'],
    [{ errcode: 14 }, 'unreachable'],
    [{ errcode: 26 }, 'foreign'],
    [{ code: 'ENOSPC' }, 'disk-full'],
    [{ code: 'EROFS' }, 'read-only'],
    [{ code: 'EACCES' }, 'unreachable'],
  ])('of %o is %s', (details, kind) => {
    const error = Object.assign(new Error('as it came'), details);
    expect(inWords(error, '/state.db')).toMatchObject({
      kind,
      cause: error,
      message: expect.stringContaining('/state.db'),
    });
  });

  it.each([[{ errcode: 19 }], [{ errcode: 1 }], [{ code: 'ERR_INVALID_ARG_TYPE' }], [{}]])(
    'is not what %o is about: that stays as it came',
    details => {
      const error = Object.assign(new Error('as it came'), details);
      expect(inWords(error, '/state.db')).toBe(error);
    },
  );
});
