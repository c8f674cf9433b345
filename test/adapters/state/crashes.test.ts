import { expect, it } from 'vitest';
import { temporaryState } from './temporary-state.ts';
import { WriterProcess } from './writer-process.ts';

const ROUNDS = 30;

const temporary = temporaryState();

it(`loses nothing that was acknowledged, and keeps nothing half, over ${ROUNDS} writers killed at work`, async () => {
  const acknowledged = { opened: [] as string[], guarded: [] as string[], finished: [] as string[] };
  const epochs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const writer = new WriterProcess(temporary.folder, `r${round}`);
    // A few more of its lines arrive until the signal does: it dies anywhere in its work.
    await writer.wrote(1 + (round % 7));
    await writer.kill();
    acknowledged.opened.push(...writer.opened);
    acknowledged.guarded.push(...writer.guarded);
    acknowledged.finished.push(...writer.finished);
    epochs.push(writer.epoch);
  }
  expect(epochs).toEqual(epochs.map((_, index) => index + 1));
  expect(acknowledged.finished.length).toBeGreaterThan(ROUNDS);

  expect(temporary.raw('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(temporary.raw('pragma foreign_key_check')).toEqual([]);
  const idsOf = (sql: string) => new Set(temporary.raw(sql).map(row => row.id));
  const incidents = idsOf('select id from incident');
  const lost = acknowledged.opened.filter(id => !incidents.has(id));
  expect(lost).toEqual([]);
  // One transaction: the incident, its run, the delivery and the parcel, or none of them.
  expect(idsOf('select id from run')).toEqual(incidents);
  const claims = idsOf('select key as id from inbox');
  expect(new Set([...claims].filter(key => !String(key).startsWith('signature/')))).toEqual(incidents);
  expect(acknowledged.guarded.filter(id => !claims.has(`signature/${id}`))).toEqual([]);
  expect(idsOf("select replace(key, '/root', '') as id from outbox")).toEqual(incidents);
  const withVerdict = idsOf('select run_id as id from verdict');
  expect(acknowledged.finished.filter(id => !withVerdict.has(id))).toEqual([]);
  expect(idsOf("select id from run where state = 'done'")).toEqual(withVerdict);
  expect(temporary.raw('select distinct count(*) as lines from evidence group by run_id')).toEqual([
    { lines: 12 },
  ]);
}, 120_000);
