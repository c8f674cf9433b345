import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { openState } from '../../../src/adapters/state/open-state.ts';
import { postgresServer } from './postgres-for-tests.ts';
import { killWriters } from './samples/killed-writers.ts';
import { SpokenProcess } from './spoken-process.ts';

const postgres = postgresServer();
const SERVERS = 12;
const LEASE_MS = 2_000;
const TICK_MS = 200;

const running: SpokenProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(one => one.kill()));
});

const keptServers = (lines: readonly string[]) =>
  new Set(lines.filter(line => line.startsWith('kept ')).map(line => line.split(' ')[1]));
/** How many servers it said last that it owns. */
const owns = (lines: readonly string[]) =>
  (lines.findLast(line => line.startsWith('owns')) ?? 'owns').split(' ').length - 1;
const since = (process: SpokenProcess) => {
  const begin = process.lines.length;
  return () => process.lines.slice(begin);
};

it('three processes watch every server once, whichever of them is killed or stopped for a while', async () => {
  const address = await postgres.server.address();
  const watching = (owner: string) => {
    const args = [address, owner, String(SERVERS), String(LEASE_MS), String(TICK_MS)];
    const process = new SpokenProcess('./samples/watching-process.ts', args);
    running.push(process);
    return process;
  };
  const [killed, stopped, third] = [watching('a'), watching('b'), watching('c')] as const;
  const shareOf = (process: SpokenProcess, share: number) =>
    process.until(lines => owns(lines) === share && keptServers(lines).size >= share);
  await Promise.all([killed, stopped, third].map(process => shareOf(process, SERVERS / 3)));

  await killed.kill();
  await Promise.all([stopped, third].map(process => shareOf(process, SERVERS / 2)));

  // Stopped between two ticks its next writes are of an epoch that is over; then it learns its new share.
  for (const isRefused = () => stopped.said('refused').length > 0; !isRefused(); ) {
    const before = since(stopped);
    await stopped.until(() => before().some(line => line.startsWith('owns')));
    stopped.signal('SIGSTOP');
    await shareOf(third, SERVERS);
    const after = since(stopped);
    stopped.signal('SIGCONT');
    await stopped.until(() => after().some(line => line.startsWith('owns')));
  }
  await shareOf(stopped, SERVERS / 2);

  await Promise.all(running.map(process => process.kill()));
  const acknowledged = running.flatMap(process => process.said('kept'));
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  const rows = await postgres.server.run(
    'select server, minute from minute_sample join watched_unit on id = unit_id order by server, minute',
    address,
  );
  const stored = new Set(rows.map(({ server, minute }) => `${server} ${minute}`));
  expect(acknowledged.filter(one => !stored.has(one))).toEqual([]);
  expect(rows.length).toBe(stored.size);
  // A server is without a watcher for a lease and the tick in which that is noticed; the machine may be slow.
  const gaps = rows.map((row, index) => {
    const before = rows[index - 1];
    return before?.server === row.server ? Number(row.minute) - Number(before?.minute) : 0;
  });
  expect(Math.max(...gaps) * TICK_MS).toBeLessThan(5 * LEASE_MS);
  expect(new Set(rows.map(row => row.server)).size).toBe(SERVERS);
});

it('loses nothing that was acknowledged when a sampling writer is killed, again and again', async () => {
  const figures = await killWriters(await postgres.server.address(), 5, 300);
  expect(figures).toMatchObject({ lost: [], wrong: [] });
  expect(figures.acknowledged).toBeGreaterThan(5);
  expect(figures.mostMissingPerKill).toBeLessThanOrEqual(2);
});

it('goes on by itself after the connections were cut, and says in words that the server is away', async () => {
  const address = await postgres.server.database();
  const clock = { nowMs: () => 0 };
  const state = await openState(address, { clock });
  try {
    await state.inbox.claim('a', 0);
    const cut = 'select pg_terminate_backend(pid) from pg_stat_activity where application_name';
    await postgres.server.run(`${cut} = 'staunch'`);
    while (!(await state.inbox.claim('b', 0).catch(() => false))) await setTimeout(20);
    expect(await state.inbox.claim('a', 0)).toBe(false);
    const [database] = /d[0-9a-f]{12}/.exec(address) ?? [];
    await postgres.server.run(`alter database ${database} allow_connections false`);
    await postgres.server.run(`${cut} = 'staunch'`);
    await setTimeout(50);
    await expect(state.inbox.claim('c', 0)).rejects.toMatchObject({ name: 'StateProblem' });
  } finally {
    await state.close();
  }
});
