import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openState } from '../../src/adapters/state/open-state.ts';
import { serviceGrowth } from '../../src/growth/service-growth.ts';
import { growthHistories } from '../../src/workflows/growth-histories.ts';
import { Watch } from '../../src/workflows/watch.ts';
import { FakeTime } from '../../test/workflows/fake-time.ts';
import { manyWorkers } from './many-workers.ts';

const MINUTE_MS = 60_000;

/**
 * What watching costs with a real state on disk: 1,000 servers with eight workers each, answered from memory, sampled,
 * stored durably and folded; then what it costs to judge a service by a day of its samples.
 */
export async function measureStored(
  say: (text: string) => void,
  serverCount = 1_000,
  minuteCount = 150,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'staunch-bench-'));
  const time = new FakeTime(Date.parse('2026-11-22T10:00:00Z'));
  const state = await openState(folder, { clock: time });
  const { servers, services, pass } = manyWorkers(serverCount);
  const watch = new Watch({
    source: servers,
    samples: state.samples,
    leases: state.leases,
    clock: time,
    timer: time,
    pause: () => new Promise(resolve => setImmediate(resolve)),
    log: { info() {}, warn() {}, error: (fields, text) => say(`${text} ${JSON.stringify(fields)}`) },
    services: async () => services,
    tell() {},
    judge: ({ service, atMs }) => ({ service, atMs, severity: 'calm', workers: [], growing: 0 }),
    owner: 'bench',
  });
  const cpuMs = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  // What a click would have had to wait for.
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const sizes: number[] = [];
  const [ticks, folds, walls]: [number[], number[], number[]] = [[], [], []];
  try {
    for (let minute = 0; minute < minuteCount; minute++) {
      pass();
      const [begun, begunMs] = [cpuMs(), performance.now()];
      delay.enable();
      await watch.tick();
      delay.disable();
      ticks.push(cpuMs() - begun);
      walls.push(performance.now() - begunMs);
      for (let part = 0; part < 4; part++) {
        await time.advance(MINUTE_MS / 4);
        await watch.renew();
      }
      if (minute % 10 === 9) {
        const before = cpuMs();
        await state.samples.fold(time.nowMs());
        folds.push(cpuMs() - before);
        sizes.push((await stat(join(folder, 'state.db'))).size);
      }
    }
    const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
    say(`${serverCount} servers x 8 workers, ${minuteCount} minutes, SQLite on disk`);
    say(
      `a minute: median ${median(ticks).toFixed(0)} ms CPU, ${median(walls).toFixed(0)} ms, longest ${Math.max(...walls).toFixed(0)} ms`,
    );
    say(
      `the event loop meanwhile: median ${(delay.percentile(50) / 1e6).toFixed(1)} ms, 99 % ${(delay.percentile(99) / 1e6).toFixed(1)} ms, longest ${(delay.max / 1e6).toFixed(0)} ms`,
    );
    say(
      `folding: ${(folds.reduce((a, b) => a + b, 0) / (minuteCount / 60) / 1000).toFixed(1)} s CPU an hour`,
    );
    // From hour to hour, with the same number of open minutes: what stays.
    const [first = 0, last = 0] = [sizes[7], sizes[13]];
    say(
      `database: ${((last - first) / 2 ** 20).toFixed(1)} MB an hour, ${(((last - first) * 24) / 2 ** 20).toFixed(0)} MB a day`,
    );
    const judged = Math.min(100, serverCount);
    const [begun, begunMs] = [cpuMs(), performance.now()];
    for (const service of services.slice(0, judged)) {
      const units = await growthHistories(state.samples, service, time.nowMs());
      serviceGrowth(service.id, units, time.nowMs());
    }
    say(
      `judging a service by ${minuteCount} minutes: ${((cpuMs() - begun) / judged).toFixed(1)} ms CPU, ${((performance.now() - begunMs) / judged).toFixed(1)} ms`,
    );
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    say(
      `memory, simulated servers included: ${(rss / 2 ** 20).toFixed(0)} MB RSS, ${(heapUsed / 2 ** 20).toFixed(0)} MB heap`,
    );
  } finally {
    await watch.stop();
    await state.close();
    await rm(folder, { recursive: true });
  }
}
