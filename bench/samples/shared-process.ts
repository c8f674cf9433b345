import { writeSync } from 'node:fs';
import { openState } from '../../src/adapters/state/open-state.ts';
import { systemTimer } from '../../src/adapters/system-timer.ts';
import { WatchSchedule } from '../../src/adapters/watch-schedule.ts';
import { Watch } from '../../src/workflows/watch.ts';
import { manyWorkers } from './many-workers.ts';

/** Run as a process: watches its share of simulated servers by the real clock until it is killed; says what it owns. */
const [place, owner, serverCount] = process.argv.slice(2);
if (place === undefined || owner === undefined) throw new Error('usage: shared-process PLACE OWNER SERVERS');

const say = (text: string) => writeSync(1, `${text}\n`);
const clock = { nowMs: Date.now };
const state = await openState(place, { clock });
const { servers, services, pass } = manyWorkers(Number(serverCount));
const watch = new Watch({
  source: servers,
  samples: {
    put: async (sample, epoch) => {
      const kept = await state.samples.put(sample, epoch);
      say(`${kept ? 'kept' : 'refused'} ${sample.server} ${Math.floor(sample.atMs / 60_000)} ${Date.now()}`);
      return kept;
    },
    count: (service, minute) => state.samples.count(service, minute),
    lives: (server, unit, span) => state.samples.lives(server, unit, span),
    last: (server, unit, most) => state.samples.last(server, unit, most),
    minutes: (service, span) => state.samples.minutes(service, span),
    fold: nowMs => state.samples.fold(nowMs),
  },
  leases: state.leases,
  clock,
  timer: systemTimer,
  pause: () => new Promise(resolve => setImmediate(resolve)),
  log: { info() {}, warn() {}, error: (fields, text) => say(`fault ${text} ${JSON.stringify(fields)}`) },
  services: async () => services,
  tell() {},
  judge: ({ service, atMs }) => ({ service, atMs, severity: 'calm', workers: [], growing: 0 }),
  owner,
});
const log = { info() {}, warn() {}, error: (_: object, text: string) => say(`fault ${text}`) };
const tick = async () => {
  pass();
  const report = await watch.tick();
  const { user, system } = process.cpuUsage();
  const { rss } = process.memoryUsage();
  say(
    `ticked ${report.visited} ${((user + system) / 1000).toFixed(0)} ${Math.round(rss / 2 ** 20)} ${watch.owned.length}`,
  );
  return report;
};
new WatchSchedule({ tick, renew: () => watch.renew(), log });
say('ready');
