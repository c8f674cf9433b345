import type { Leases, Samples } from '../../src/workflows/sample-ports.ts';
import { Watch } from '../../src/workflows/watch.ts';
import { FakeTime } from '../../test/workflows/fake-time.ts';
import { aServer, aService } from '../../test/workflows/recorded-source.ts';
import { SimulatedServers } from '../../test/workflows/simulated-servers.ts';

/**
 * What the watch itself costs this process: servers with 8 workers each, answered from memory and stored nowhere.
 * SSH and the database come on top.
 */
export async function measureServers(
  say: (text: string) => void,
  serverCount = 1_000,
  minuteCount = 60,
): Promise<void> {
  const time = new FakeTime();
  const servers = new SimulatedServers();
  const services = Array.from({ length: serverCount }, (_, number) => {
    const id = `app${number}`;
    servers.of(id).workers = Array.from({ length: 8 }, (_unused, worker) => ({
      pid: 200 + worker,
      startTicks: 1_000 + worker,
      rssBytes: 100 * 1024 * 1024,
    }));
    return { ...aService([aServer(id)]), id: `service${number}` };
  });
  let stored = 0;
  const samples: Samples & Leases = {
    put: async () => {
      stored++;
      return true;
    },
    count: async () => {},
    lives: async () => [],
    last: async () => undefined,
    minutes: async () => [],
    fold: async () => ({}),
    claim: async (_owner, ids) => new Map(ids.map(id => [id, 1])),
    release: async () => {},
  };
  const watch = new Watch({
    source: servers,
    samples,
    leases: samples,
    clock: time,
    timer: time,
    pause: async () => {},
    log: { info() {}, warn() {}, error() {} },
    services: async () => services,
    tell() {},
    judge: ({ service, atMs }) => ({ service, atMs, severity: 'calm', workers: [], growing: 0 }),
    owner: 'bench',
  });

  async function minute(): Promise<number> {
    for (const { servers: own } of services)
      for (const { id } of own) servers.of(id).log.push(200, 200, 200, 502);
    const before = process.cpuUsage();
    await watch.tick();
    const { user, system } = process.cpuUsage(before);
    const renewing = process.cpuUsage();
    for (let part = 0; part < 12; part++) {
      await time.advance(5_000);
      await watch.renew();
    }
    const renewed = process.cpuUsage(renewing);
    renewals.push((renewed.user + renewed.system) / 1000);
    return (user + system) / 1000;
  }

  const renewals: number[] = [];
  const first = await minute();
  const costs: number[] = [];
  for (let at = 1; at < minuteCount; at++) costs.push(await minute());
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
  say(`${serverCount} servers, ${stored} samples in ${minuteCount} minutes`);
  say(`first minute, with the look for units and logs: ${first.toFixed(0)} ms CPU`);
  say(`every other: median ${median(costs).toFixed(1)}, longest ${Math.max(...costs).toFixed(1)} ms CPU`);
  say(`twelve renewals of the leases: median ${median(renewals).toFixed(1)} ms CPU`);
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  say(`memory: ${(rss / 2 ** 20).toFixed(0)} MB RSS, ${(heapUsed / 2 ** 20).toFixed(0)} MB heap`);
  await watch.stop();
}
