import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openState } from '../../src/adapters/state/open-state.ts';
import { PostgresServer } from '../../test/adapters/state/postgres-server.ts';

interface Watcher {
  readonly lines: string[];
  readonly child: ChildProcess;
}

const PROGRAM = fileURLToPath(new URL('./shared-process.ts', import.meta.url));
const MINUTE_MS = 60_000;

function watcher(place: string, owner: string, serverCount: number): Watcher {
  const child = spawn(process.execPath, [PROGRAM, place, owner, String(serverCount)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', line => lines.push(line));
  return { lines, child };
}

/** Samples that it brought to the state: `kept`, or `refused` because that minute was there already. */
const broughtBy = ({ lines }: Watcher) =>
  lines.flatMap(line => {
    const [word, server = '', minute = '', atMs = '0'] = line.split(' ');
    return word === 'kept' || word === 'refused'
      ? [{ word, server, minute: Number(minute), atMs: Number(atMs) }]
      : [];
  });

/**
 * Two processes watch 1,000 servers with eight workers each over one PostgreSQL, by the real clock; after three minutes
 * one is killed. Says whether every server was stored once in every minute, and when those of the dead one were
 * sampled again. Ends the process with 1 when anything is missing, doubled or late.
 */
export async function measureShared(say: (text: string) => void, serverCount = 1_000): Promise<void> {
  const server = await PostgresServer.start();
  const place = await server.address();
  // The tables are made once, before both come.
  await (await openState(place, { clock: { nowMs: Date.now } })).close();
  const [one, two] = [watcher(place, 'one', serverCount), watcher(place, 'two', serverCount)];
  try {
    const shared = () =>
      [one, two].every(({ lines }) =>
        lines.some(line => line.startsWith('ticked') && line.endsWith(` ${serverCount / 2}`)),
      );
    for (let waited = 0; waited < 240 && !shared(); waited++) await pause(1_000);
    // From the next full minute on every server must be there once a minute.
    const fromMinute = Math.floor(Date.now() / MINUTE_MS) + 1;
    await pause((fromMinute + 3) * MINUTE_MS - Date.now() + 5_000);
    const owned = new Set(
      broughtBy(two)
        .filter(({ word, minute }) => word === 'kept' && minute === fromMinute + 2)
        .map(each => each.server),
    );
    const killedMs = Date.now();
    two.child.kill('SIGKILL');
    const again = () =>
      new Map(
        broughtBy(one)
          .filter(({ server: id, atMs }) => atMs > killedMs && owned.has(id))
          .toReversed()
          .map(({ server: id, atMs }) => [id, atMs]),
      );
    for (let waited = 0; waited < 240 && again().size < owned.size; waited++) await pause(500);
    const lateMs = Math.max(...again().values()) - killedMs;
    const toMinute = Math.floor(Date.now() / MINUTE_MS) + 2;
    await pause(toMinute * MINUTE_MS + 45_000 - Date.now());
    const rows = await server.run(
      `select minute, count(*)::int as rows, count(distinct unit_id)::int as servers from minute_sample
        where minute >= ${fromMinute} and minute < ${toMinute} group by minute order by minute`,
      place,
    );
    say(`${serverCount} servers x 8 workers, two processes, PostgreSQL`);
    for (const { minute, rows: stored, servers } of rows)
      say(`minute ${Number(minute) - fromMinute}: ${stored} rows, ${servers} servers`);
    say(
      `killed after minute ${Math.floor(killedMs / MINUTE_MS) - fromMinute}: ${again().size} of ${owned.size} servers sampled again, the last after ${(lateMs / 1000).toFixed(1)} s`,
    );
    const ticked = one.lines.findLast(line => line.startsWith('ticked'))?.split(' ') ?? [];
    say(`the survivor: ${ticked[2]} ms CPU in all, ${ticked[3]} MB RSS, owns ${ticked[4]}`);
    const faults = [...one.lines, ...two.lines].filter(line => line.startsWith('fault'));
    for (const fault of faults.slice(0, 5)) say(fault);
    const complete = rows.every(
      ({ rows: stored, servers }) => stored === serverCount && servers === serverCount,
    );
    if (!complete || faults.length > 0 || again().size < owned.size || lateMs > 30_000) process.exitCode = 1;
  } finally {
    one.child.kill('SIGKILL');
    two.child.kill('SIGKILL');
    await server.stop();
  }
}
