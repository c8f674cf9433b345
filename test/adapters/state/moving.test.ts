import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkState } from '../../../src/adapters/state/checking.ts';
import { openState } from '../../../src/adapters/state/open-state.ts';
import { exportState } from '../../../src/adapters/state/portable-export.ts';
import { importState } from '../../../src/adapters/state/portable-import.ts';
import { exportedLines, fillState } from './filled-state.ts';
import { opened, START_MS } from './sample.ts';
import { EVER } from './samples/watched.ts';
import { temporaryState } from './temporary-state.ts';

const temporary = temporaryState();
const file = (name = 'state.export') => join(temporary.folder, name);
const elsewhere = () => join(temporary.folder, 'elsewhere');
const exported = (name?: string, place = temporary.folder) => exportState(place, file(name), temporary.clock);
const imported = (name?: string) => importState(file(name), elsewhere(), { clock: temporary.clock });
const settled = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    error => error,
  );

describe('an export', () => {
  it('holds all there is, and fills an empty state with the same', async () => {
    await temporary.make(fillState);
    const rows = await exported();
    expect(rows).toMatchObject({
      incident: 3,
      evidence: 700,
      outgoing_file: 1,
      unit_day: 1,
      server_lease: 2,
    });
    expect(Object.entries(rows).filter(([, count]) => count === 0)).toEqual([]);
    if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(await imported()).toEqual(rows);
    await exported('again', elsewhere());
    expect(exportedLines(file('again'))).toEqual(exportedLines(file()));
    expect(readdirSync(temporary.folder).filter(name => name.startsWith('.'))).toEqual([]);
  });

  it('is worked on with where it was imported: nothing begins anew', async () => {
    await temporary.make(fillState);
    await exported();
    await imported();
    const state = await temporary.open(elsewhere());
    expect(await state.inbox.claim('event:1', START_MS)).toBe(false);
    expect((await state.outbox.heads()).map(head => head.parcel.key)).toEqual(['p1']);
    expect((await state.samples.lives('web-1', 'checkout.service', EVER))[0]?.points).toHaveLength(10);
    expect(await state.incidents.running()).toMatchObject([{ id: 'i2-1' }]);
    // Epochs go on rising: what an owner of the old state still believes is over.
    const before = temporary.raw("select epoch from server_lease where server = 'web-1'")[0]?.epoch;
    expect((await state.remediations.inState(['applying', 'open'])).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(await state.remediations.stopped()).toMatchObject({ why: 'sale' });
    const head = await state.audit.head();
    await state.remediations.allowChanges({ person: 'U1', why: 'over', atMs: START_MS });
    expect((await state.audit.entries(1, 100)).at(-1)).toMatchObject({
      sequence: Number(head?.sequence) + 1,
      previousHash: head?.hash,
    });
    const owned = await state.leases.claim('q', ['web-1'], START_MS, 1_000);
    expect(owned.get('web-1')).toBe(Number(before) + 1);
  });

  it('can be made while a process works with the state', async () => {
    const state = await temporary.open();
    await opened(state, 'i1');
    expect(await exported()).toMatchObject({ incident: 1, run: 1 });
    await opened(state, 'i2');
  });

  it.each<[string, string, () => Promise<unknown>, () => Promise<unknown>]>([
    ['onto a file that is there', 'exists', async () => writeFileSync(file(), 'precious'), () => exported()],
    ['of nothing', 'absent', async () => {}, () => exported('x', elsewhere())],
    ['into a folder that is not there', 'absent', () => temporary.make(), () => exported('no/export')],
  ])('%s is refused', async (_, kind, prepare, work) => {
    await prepare();
    expect(await settled(work())).toMatchObject({ kind });
  });
});

describe('importing', () => {
  const lines = () => gunzipSync(readFileSync(file())).toString().split('\n');
  const write = (changed: readonly string[]) => writeFileSync(file(), gzipSync(changed.join('\n')));
  it.each<[string, string, RegExp, () => void]>([
    ['a file that is not there', 'absent', /There is no file/, () => {}],
    ['text', 'foreign', /is not an export/, () => writeFileSync(file(), 'hello')],
    ['an empty file', 'damaged', /damaged|unzipped/, () => writeFileSync(file(), '')],
    ['another zip', 'foreign', /is not an export/, () => writeFileSync(file(), gzipSync('hello\n'))],
    [
      'an export that is cut short',
      'damaged',
      /unzipped to its end/,
      () => writeFileSync(file(), readFileSync(file()).subarray(0, -400)),
    ],
    ['an export without its foot', 'damaged', /cut short/, () => write(lines().slice(0, -2))],
    [
      'an export with a changed line',
      'damaged',
      /checksum/,
      () => write(lines().map(line => line.replace('checkout', 'checkouT'))),
    ],
    [
      'an export of a newer version',
      'newer',
      /newer version/,
      () => write(lines().map(line => line.replace('0001-first-tables', '0999-later'))),
    ],
    [
      'an export with another table',
      'foreign',
      /what no state of Staunch does \(pg_authid\)/,
      () => write(lines().map(line => line.replace('"table":"inbox"', '"table":"pg_authid"'))),
    ],
  ])('refuses %s, and makes nothing', async (name, kind, words, spoil) => {
    if (!name.includes('not there')) {
      await temporary.make(fillState);
      await exported();
      spoil();
    }
    expect(await settled(imported())).toMatchObject({ kind, message: expect.stringMatching(words) });
    expect(readdirSync(temporary.folder)).not.toContain('elsewhere');
  });

  it('refuses an audit that was changed, and leaves the state empty', async () => {
    await temporary.make(fillState);
    temporary.raw('drop trigger audit_no_update');
    temporary.raw("update audit set actor = 'U666' where sequence = 2");
    await exported();
    expect(await settled(imported())).toMatchObject({
      kind: 'damaged',
      message: expect.stringMatching(/entry 2: what it says is not what was written\. Nothing was imported/),
    });
    const { rows } = await checkState(elsewhere(), START_MS);
    expect(Object.entries(rows).filter(([table, count]) => count > 0 && table !== 'counter')).toEqual([]);
  });

  it('never mixes two states', async () => {
    await temporary.make(fillState);
    await exported();
    const other = await openState(elsewhere(), { clock: temporary.clock });
    await other.inbox.claim('event:2', START_MS);
    expect(await settled(imported())).toMatchObject({ kind: 'owned' });
    await other.close();
    expect(await settled(imported())).toMatchObject({
      kind: 'exists',
      message: expect.stringMatching(/is not empty \(inbox\), so nothing was imported/),
    });
  });
});

describe('a check', () => {
  it('counts what there is, and says who works with it', async () => {
    await temporary.make(fillState);
    expect(await checkState(temporary.folder, START_MS)).toEqual({
      place: temporary.file,
      missingMigrations: [],
      rows: expect.objectContaining({ incident: 3, minute_sample: 2 }),
      unreadable: {},
      workers: [],
    });
    await temporary.open();
    const { workers } = await checkState(temporary.folder, START_MS);
    expect(workers).toEqual([{ host: expect.any(String), pid: process.pid }]);
  });

  it('tells what cannot be unpacked; the rest is read, and the watch goes on', async () => {
    await temporary.make(fillState);
    temporary.raw("update unit_hour set body = x'01ffff'");
    temporary.raw("update service_hour set body = x'' where hour = (select min(hour) from service_hour)");
    temporary.raw("update warning set episode = '{'");
    expect(await checkState(temporary.folder, START_MS)).toMatchObject({
      unreadable: { unit_hour: 1, service_hour: 1, warning: 1 },
    });
    const state = await temporary.open();
    await expect(state.samples.lives('web-1', 'checkout.service', EVER)).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringMatching(/staunch state check/),
    });
    await state.samples.fold(START_MS + 30 * 86_400_000);
    expect(await state.samples.lives('web-1', 'checkout.service', EVER)).not.toEqual([]);
  });

  it('tells of an audit that was changed', async () => {
    await temporary.make(fillState);
    temporary.raw('drop trigger audit_no_delete');
    temporary.raw('delete from audit where sequence = 3');
    expect(await checkState(temporary.folder, START_MS)).toMatchObject({
      auditFault: { sequence: 3, problem: 'it is missing' },
    });
  });

  it('says that the next start brings an older state up to date', async () => {
    await temporary.make();
    temporary.raw("delete from kysely_migration where name = '0002-samples'");
    expect(await checkState(temporary.folder, START_MS)).toMatchObject({
      missingMigrations: ['0002-samples'],
    });
  });
});
