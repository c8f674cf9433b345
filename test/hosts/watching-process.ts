import { loadReadScript } from '../../src/adapters/ssh/read-script.ts';
import { SshSource } from '../../src/adapters/ssh/ssh-source.ts';
import { systemTimer } from '../../src/adapters/system-timer.ts';
import { WatchSchedule } from '../../src/adapters/watch-schedule.ts';
import { type Server, USUAL_WARNINGS } from '../../src/inventory/registry.ts';
import { USUAL_CHANGES } from '../../src/policy/change-rules.ts';
import { Watch } from '../../src/workflows/watch.ts';
import { MemorySamples } from '../workflows/memory-samples.ts';
import type { Watching } from './watching.ts';

/**
 * Watches hosts over SSH until it is ended, and writes each sample and each event as a line of JSON. A process of its
 * own, because the hosts can be reached from the lab's network only.
 */
const { unit, hosts, user, identityFile, atPace } = JSON.parse(process.argv[2] ?? '{}') as Watching;
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

const servers = hosts.map(
  ({ name, address, knownHost }): Server => ({
    id: name,
    host: address,
    port: 22,
    user,
    tier: 'development',
    hostKey: { kind: 'key', line: knownHost.split(' ').slice(1, 3).join(' ') },
    identityFile,
  }),
);
const services = servers.map(server => ({
  id: server.id,
  unit,
  servers: [server],
  nginx: { servers: [server] },
  upstreams: new Map<string, string>(),
  channels: [],
  warnings: USUAL_WARNINGS,
  changes: USUAL_CHANGES,
}));
// A minute may be made shorter: then the watch's clock runs faster than the hosts'.
const startedAtMs = Date.now();
const clock = { nowMs: () => startedAtMs + Math.floor((Date.now() - startedAtMs) * atPace) };
const samples = new MemorySamples();
const source = new SshSource({ script: await loadReadScript() });
const watch = new Watch({
  source,
  samples,
  leases: samples,
  clock,
  timer: systemTimer,
  pause: async () => {},
  log: {
    info() {},
    warn: (fields, text) => say({ logged: text, fields }),
    error: (fields, text) => say({ logged: text, fields: { ...fields } }),
  },
  services: async () => services,
  tell: event => say({ event, realMs: Date.now() }),
  judge: ({ service, atMs }) => ({ service, atMs, severity: 'calm', workers: [], growing: 0 }),
  owner: 'hosts',
});
let shown = 0;
async function tick(): Promise<{ overlapped: boolean }> {
  const report = await watch.tick();
  for (; shown < samples.kept.length; shown++) say({ sample: samples.kept[shown], realMs: Date.now() });
  return report;
}
const renew = () => watch.renew();
const log = { info() {}, warn: say, error: say };
const schedule = atPace === 1 ? new WatchSchedule({ tick, renew, log }) : undefined;
const quick =
  atPace === 1
    ? []
    : [setInterval(() => void tick(), 61_000 / atPace), setInterval(() => void renew(), 5_000 / atPace)];
if (atPace !== 1) void tick();

process.once('SIGTERM', async () => {
  for (const timer of quick) clearInterval(timer);
  await schedule?.stop();
  await watch.stop();
  await source.close();
  process.exit(0);
});
