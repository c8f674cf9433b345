import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leakUntilKilled } from './failures.ts';
import { boot, type Host, onRealHosts, shutDown } from './lab.ts';
import { RunningStaunch, type Shown } from './staunch-on-hosts.ts';

/** An hour of the watch is 36 seconds: growth can be judged after about three minutes. */
const AT_PACE = 100;
const LEAKS = 'C0CHECKOUT';
const SUDDEN = 'C0SEARCH';
const COUNTER = '/sys/fs/cgroup/memory/system.slice/checkout.service/memory.oom_control';
const ENDED = /CONFIRMED|LIKELY|INCONCLUSIVE|NO INCIDENT|the diagnosis failed/;

await onRealHosts('ns', 'Staunch watches real hosts', () => {
  let leaks: Host;
  let sudden: Host;
  let staunch: RunningStaunch;
  const roseMs = new Map<string, number>();
  /** When it had not risen yet, at the last look: Staunch may see the rise before this test does. */
  const stillMs = new Map<string, number>();
  const rootsOf = (channel: string): ReadonlySet<string> =>
    new Set(
      staunch.shown.flatMap(({ channel: where, ts, threadTs }) =>
        where === channel && threadTs === undefined ? [ts] : [],
      ),
    );

  /** When the kernel's counter on a host rose first, by this machine's clock. */
  async function awaitRise(host: Host, seconds: number): Promise<void> {
    const read = `awk '$1 == "oom_kill" { print $2 }' ${COUNTER}`;
    for (const endMs = Date.now() + seconds * 1000; Date.now() < endMs; await pause(400)) {
      const lookedMs = Date.now();
      if (Number(await host.root(read, { mayFail: true })) === 0) {
        stillMs.set(host.name, lookedMs);
        continue;
      }
      roseMs.set(host.name, Date.now());
      return;
    }
  }

  /** A leak that takes hours of the watch to fill the unit's limit: it goes on until something is killed. */
  async function leakSlowly(host: Host): Promise<void> {
    for (let round = 0; round < 6 && !roseMs.has(host.name); round++)
      await host.load({
        path: '/leak?mb=0.15&ms=5',
        requests: 400,
        atOnce: 3,
        perSecond: 5,
        seconds: 80,
      });
  }

  beforeAll(async () => {
    [leaks, sudden] = (await boot('ns', 'leaks', 'sudden')) as [Host, Host];
    await leaks.configure({ unit: 'MemoryMax=350M\nOOMPolicy=continue' });
    await sudden.configure({ unit: 'MemoryMax=150M\nOOMPolicy=continue' });
    staunch = new RunningStaunch(
      [
        [leaks, LEAKS],
        [sudden, SUDDEN],
      ],
      AT_PACE,
    );
    await staunch.until(() => staunch.samples >= 6, 60);
    const slow = Promise.all([awaitRise(leaks, 480), leakSlowly(leaks)]);
    await Promise.all([awaitRise(sudden, 60), leakUntilKilled(sudden)]);
    await staunch.until(() => staunch.find(SUDDEN, ENDED) !== undefined, 130);
    await slow;
    await staunch.until(() => {
      const diagnosis = staunch.find(LEAKS, /Staunch itself looked/);
      return diagnosis !== undefined && staunch.find(LEAKS, ENDED) !== undefined;
    }, 130);
  }, 900_000);
  afterAll(async () => {
    for (const { level, msg } of staunch?.logged ?? []) if (level !== 'info') console.log(`${level}: ${msg}`);
    for (const { channel, threadTs, text, realMs } of staunch?.shown ?? [])
      console.log(
        `${new Date(realMs).toISOString()} ${channel}${threadTs ? ' in thread' : ''}: ${text.slice(0, 120).replaceAll('\n', ' | ')}`,
      );
    await staunch?.stop();
    await shutDown();
  });

  describe('a service that leaks', () => {
    const warning = (): Shown | undefined => staunch.find(LEAKS, /workers? of leaks-app grow/);

    it('is warned of in its channel before the first kill, with the limit and a chart', () => {
      expect(roseMs.get('leaks')).toBeGreaterThan(0);
      expect(warning()).toBeDefined();
      expect(warning()?.realMs).toBeLessThan(stillMs.get('leaks') ?? 0);
      expect(warning()?.threadTs).toBeUndefined();
      expect(warning()?.text).toMatch(/MemoryMax 350 MB/);
      const chart = staunch.shown.find(({ files, threadTs }) => files > 0 && threadTs === warning()?.ts);
      expect(chart).toBeDefined();
    });

    it('has the kill tied to the warning in the same thread, and diagnosed there, unasked', () => {
      const thread = staunch.shown.filter(({ threadTs }) => threadTs === warning()?.ts);
      const kill = thread.find(({ text }) => /kill/i.test(text) && !ENDED.test(text));
      expect(kill?.realMs).toBeGreaterThanOrEqual(stillMs.get('leaks') ?? Number.POSITIVE_INFINITY);
      const diagnosis = thread.find(({ text }) => text.includes('Staunch itself looked') && ENDED.test(text));
      expect(diagnosis?.text).toMatch(/worker OOM kill \((CONFIRMED|LIKELY)\)/);
      expect(rootsOf(LEAKS).size).toBe(1);
    });
  });

  describe('a worker that is killed without any warning before', () => {
    it('has its diagnosis in the channel within two minutes, unasked', () => {
      const diagnosis = staunch.find(SUDDEN, ENDED);
      expect(diagnosis?.text).toMatch(/worker OOM kill \((CONFIRMED|LIKELY)\)/);
      expect(diagnosis?.text).toContain('Staunch itself looked');
      expect(diagnosis?.threadTs).toBeUndefined();
      const tookMs = (diagnosis?.realMs ?? Number.POSITIVE_INFINITY) - (roseMs.get('sudden') ?? 0);
      console.log(`diagnosed unasked ${(tookMs / 1000).toFixed(1)} s after the counter of the kernel rose`);
      expect(tookMs).toBeLessThan(120_000);
    });
  });

  it('meets no fault of its own', () => {
    expect(staunch.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
