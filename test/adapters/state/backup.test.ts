import { copyFile, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backUp, restore } from '../../../src/adapters/state/backup.ts';
import { openStateForReading } from '../../../src/adapters/state/open-state.ts';
import { aDocument, opened, START_MS } from './sample.ts';
import { temporaryState } from './temporary-state.ts';
import { WriterProcess } from './writer-process.ts';

const temporary = temporaryState();
const backupFile = () => join(temporary.folder, 'backup.db');
const restored = () => restore(backupFile(), temporary.folder, { clock: temporary.clock });
const settled = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    error => error,
  );

describe('a backup', () => {
  it('is whole and holds all that was acknowledged, while another process goes on writing', async () => {
    const writer = new WriterProcess(temporary.folder, 'w');
    try {
      await writer.wrote(20);
      for (const round of [1, 2, 3, 4]) {
        const acknowledged = [...writer.finished];
        const file = join(temporary.folder, `backup-${round}.db`);
        await backUp(temporary.folder, file);
        expect(temporary.raw('pragma integrity_check', file)).toEqual([{ integrity_check: 'ok' }]);
        expect(temporary.raw('pragma foreign_key_check', file)).toEqual([]);
        const kept = new Set(temporary.raw('select run_id from verdict', file).map(row => row.run_id));
        expect(acknowledged.filter(id => !kept.has(id))).toEqual([]);
        await writer.wrote(writer.finished.length + 5);
      }
    } finally {
      await writer.kill();
    }
    expect((await readdir(temporary.folder)).filter(name => name.startsWith('.'))).toEqual([]);
  });

  it('can be made by the owner itself, and is for its eyes only', async () => {
    const state = await temporary.open();
    await opened(state, 'i1');
    await backUp(temporary.folder, backupFile());
    if (process.platform !== 'win32') expect((await stat(backupFile())).mode & 0o777).toBe(0o600);
    expect(await state.renewLease()).toBe(true);
  });

  it.each([
    ['onto a file that is there', 'exists', () => backupFile(), () => writeFile(backupFile(), 'precious')],
    ['of nothing', 'absent', () => join(temporary.folder, 'new.db'), async () => {}],
    [
      'into a folder that is not there',
      'absent',
      () => join(temporary.folder, 'no', 'backup.db'),
      () => temporary.make(),
    ],
  ])('%s is refused', async (_, kind, file, prepare) => {
    await prepare();
    expect(await settled(backUp(temporary.folder, file()))).toMatchObject({ kind });
    if (kind === 'exists') expect(await readFile(backupFile(), 'utf8')).toBe('precious');
  });
});

describe('restoring', () => {
  /** A state with i1, backed up, and i2 since. */
  const backedUp = async () => {
    await temporary.make(async state => {
      await opened(state, 'i1');
      await state.incidents.finish('i1-1', aDocument(400), START_MS);
      await backUp(temporary.folder, backupFile());
      await opened(state, 'i2');
    });
  };

  it('brings back what was backed up, free for the next owner, and keeps what was there', async () => {
    await backedUp();
    const { keptFile } = await restored();
    expect(keptFile).toBe(join(temporary.folder, 'state.db.before-2026-11-20T022000000Z'));
    expect(temporary.raw('select id from incident order by id', keptFile)).toEqual([
      { id: 'i1' },
      { id: 'i2' },
    ]);
    const state = await temporary.open();
    expect(await state.incidents.document('i1-1')).toEqual(aDocument(400));
    expect(await state.incidents.run('i2-1')).toBeUndefined();
    if (process.platform !== 'win32') {
      expect((await stat(temporary.file)).mode & 0o777).toBe(0o600);
      expect((await stat(keptFile!)).mode & 0o777).toBe(0o600);
    }
  });

  it('into an empty folder keeps nothing', async () => {
    await backedUp();
    const folder = join(temporary.folder, 'other', 'state');
    expect(await restore(backupFile(), folder, { clock: temporary.clock })).toEqual({});
    expect(await readdir(folder)).toEqual(['state.db']);
    expect(await (await temporary.open(folder)).incidents.run('i1-1')).toBeDefined();
  });

  it('takes a file that was copied together with its log', async () => {
    const state = await temporary.open();
    await opened(state, 'i1');
    for (const ending of ['', '-wal']) await copyFile(temporary.file + ending, backupFile() + ending);
    await state.close();
    await restored();
    expect(await (await temporary.open()).incidents.run('i1-1')).toBeDefined();
    expect((await readdir(temporary.folder)).filter(name => name.startsWith('.'))).toEqual([]);
  });

  const spoil = async (file: string, from: number, bytes: number) => {
    const handle = await open(file, 'r+');
    await handle.write(Buffer.alloc(bytes, 0xa5), 0, bytes, from);
    await handle.close();
  };
  it.each([
    ['not there', 'absent', async () => {}],
    ['text', 'foreign', () => writeFile(backupFile(), 'not a database at all\n'.repeat(400))],
    ["another program's", 'foreign', async () => void temporary.raw('create table t (a)', backupFile())],
    ['empty', 'foreign', () => writeFile(backupFile(), '')],
    [
      'damaged',
      'damaged',
      async () => {
        await backUp(temporary.folder, backupFile());
        await spoil(backupFile(), 3 * 4_096, 8 * 4_096);
      },
    ],
    [
      'cut short',
      'damaged',
      async () => {
        await backUp(temporary.folder, backupFile());
        const bytes = await readFile(backupFile());
        await writeFile(backupFile(), bytes.subarray(0, bytes.length / 2));
      },
    ],
    [
      'newer',
      'newer',
      async () => {
        await backUp(temporary.folder, backupFile());
        temporary.raw(
          "insert into kysely_migration values ('0999-later', '2030-01-01T00:00:00.000Z')",
          backupFile(),
        );
      },
    ],
  ])('refuses a file that is %s, and changes nothing', async (_, kind, make) => {
    await temporary.make(state => opened(state, 'i1'));
    await make();
    expect(await settled(restored())).toMatchObject({
      kind,
      message: expect.stringContaining(backupFile()),
    });
    // A look at the state may leave its empty log.
    const left = (await readdir(temporary.folder)).filter(name => !/-(wal|shm)$/.test(name));
    expect(left.filter(name => name !== 'backup.db')).toEqual(['state.db']);
    expect(await (await temporary.open()).incidents.run('i1-1')).toBeDefined();
  });

  it('refuses while a process owns the state', async () => {
    await backedUp();
    const writer = new WriterProcess(temporary.folder, 'w');
    try {
      await writer.wrote(1);
      expect(await settled(restored())).toMatchObject({
        kind: 'owned',
        message: expect.stringContaining(`process ${writer.pid} `),
      });
      await writer.wrote(writer.finished.length + 2);
    } finally {
      await writer.kill();
    }
  });

  it('refuses while another process still looks at the state, and frees it again', async () => {
    await backedUp();
    const reading = await openStateForReading(temporary.folder);
    await reading.incidents.running();
    expect(await settled(restored())).toMatchObject({ kind: 'busy' });
    await reading.close();
    expect(await (await temporary.open()).incidents.run('i2-1')).toBeDefined();
  });

  it('puts a damaged state aside as it is', async () => {
    await backedUp();
    await spoil(temporary.file, 0, 4_096);
    const damaged = await readFile(temporary.file);
    const { keptFile } = await restored();
    expect(await readFile(keptFile!)).toEqual(damaged);
    expect(await (await temporary.open()).incidents.run('i1-1')).toBeDefined();
  });
});
