import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leakUntilKilled } from './failures.ts';
import { boot, type Host, type HostMode, onRealHosts, shutDown } from './lab.ts';
import { HostWatch } from './watching.ts';

const MIB = 1024 * 1024;
const COUNTERS: Readonly<Record<HostMode, string>> = {
  ns: '/sys/fs/cgroup/memory/system.slice/checkout.service/memory.oom_control',
  uml: '/sys/fs/cgroup/system.slice/memory.events',
};

interface World {
  readonly mode: HostMode;
  readonly atPace: number;
  readonly cases: readonly {
    readonly name: string;
    readonly unit: string;
    readonly proof: 'unit' | 'slice';
  }[];
}

const worlds: readonly World[] = [
  // A minute takes ten seconds here; on the others it takes a minute.
  { mode: 'ns', atPace: 6, cases: [{ name: 'old', unit: '', proof: 'unit' }] },
  {
    mode: 'uml',
    atPace: 1,
    cases: [
      { name: 'goes', unit: 'OOMPolicy=continue', proof: 'unit' },
      { name: 'stops', unit: '', proof: 'slice' },
    ],
  },
];

for (const { mode, atPace, cases } of worlds) {
  await onRealHosts(mode, `watched hosts (${mode})`, () => {
    const hosts = new Map<string, Host>();
    const minuteSeconds = 60 / atPace;
    /** When the counter on the host rose, by the machine's clock. */
    const roseMs = new Map<string, number>();
    let watch: HostWatch;

    /** The largest worker of each sample. */
    const largest = (name: string) =>
      watch.samplesOf(name).map(({ workers }) => Math.max(0, ...workers.map(worker => worker.rssBytes)));

    async function awaitRise(host: Host): Promise<void> {
      const read = `awk '$1 == "oom_kill" { print $2 }' ${COUNTERS[mode]}`;
      for (let tries = 0; tries < 120; tries++, await pause(500)) {
        if (Number(await host.root(read, { mayFail: true })) === 0) continue;
        roseMs.set(host.name, Date.now());
        return;
      }
    }

    beforeAll(async () => {
      for (const host of await boot(mode, ...cases.map(one => one.name))) hosts.set(host.name, host);
      await Promise.all(
        cases.map(({ name, unit }) => hosts.get(name)?.configure({ unit: `MemoryMax=150M\n${unit}` })),
      );
      watch = new HostWatch([...hosts.values()], 'readonly', atPace);
      const all = (count: number) => () => cases.every(({ name }) => watch.samplesOf(name).length >= count);
      await watch.until(all(1), 2.5 * minuteSeconds + 10);
      // A slow leak first: 24 MB over three workers, far from the limit.
      const leak = {
        path: '/leak?mb=1&ms=20',
        requests: 24,
        atOnce: 2,
        perSecond: 24 / (1.5 * minuteSeconds),
      };
      await Promise.all([...hosts.values()].map(host => host.load({ ...leak, seconds: 170 })));
      const before = Math.max(...cases.map(({ name }) => watch.samplesOf(name).length));
      await watch.until(all(before + 1), 2 * minuteSeconds);
      const rises = [...hosts.values()].map(awaitRise);
      await Promise.all([...hosts.values()].map(leakUntilKilled));
      await Promise.all(rises);
      await watch.until(() => cases.every(({ name }) => watch.killOf(name)), 130);
    });
    afterAll(async () => {
      await watch?.stop();
      await shutDown();
    });

    describe.each(cases)('$name', ({ name, proof }) => {
      it('has a kill that the kernel counted', () => {
        expect(roseMs.get(name)).toBeGreaterThan(0);
      });

      it('is sampled each minute: master, workers, memory, limit', () => {
        const samples = watch.samplesOf(name);
        expect(samples.length).toBeGreaterThanOrEqual(3);
        for (const sample of samples.slice(0, 2)) {
          expect(sample.workers.length).toBe(3);
          expect(sample.masterPid).toBeGreaterThan(1);
          expect(sample.memory?.maxBytes).toBe(150 * MIB);
          expect(sample.memory?.currentBytes).toBeGreaterThan(20 * MIB);
          expect(sample.hostTotalBytes).toBeGreaterThan(100 * MIB);
        }
        const minutes = samples.map(({ atMs }) => Math.floor(atMs / 60_000));
        expect(new Set(minutes).size).toBe(minutes.length);
        expect(watch.logged).toEqual([]);
      });

      it('shows its leak as workers that rise', () => {
        const rss = largest(name);
        expect((rss[2] ?? 0) - (rss[0] ?? 0)).toBeGreaterThan(2 * MIB);
      });

      it('counts the requests that NGINX logged', () => {
        const counted = watch.samplesOf(name).reduce((sum, { counts }) => sum + (counts?.requests ?? 0), 0);
        expect(counted).toBeGreaterThanOrEqual(24);
      });

      it('is said to have been killed within two minutes of the counter', () => {
        const kill = watch.killOf(name);
        expect(kill?.what).toMatchObject({ kind: 'kill-seen', service: name, proof });
        expect((kill?.realMs ?? Number.POSITIVE_INFINITY) - (roseMs.get(name) ?? 0)).toBeLessThan(120_000);
      });
    });
  });
}
