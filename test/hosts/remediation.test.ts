import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trustCount } from '../trust-counts.ts';
import { AppliedHost, CONFIG } from './applied-host.ts';
import { leakUntilKilled } from './failures.ts';
import { boot, type Host, onRealHosts, shutDown } from './lab.ts';
import { RunningStaunch } from './staunch-on-hosts.ts';

const CHANNEL = 'C0CHECKOUT';
const COUNTER = '/sys/fs/cgroup/memory/system.slice/checkout.service/memory.oom_control';
const WORKERS = 3;
const MAX_REQUESTS = 300;
const JITTER = 60;
const PER_SECOND = 15;
/** Each request keeps so much: without recycling a worker fills its share of the limit in about 700 requests. */
const LEAK = { path: '/leak?mb=0.15&ms=5', atOnce: 3, perSecond: PER_SECOND };
const LIFE_SECONDS = ((MAX_REQUESTS + JITTER / 2) * WORKERS) / PER_SECOND;
const LIVES = 5;

await onRealHosts('ns', 'a real leak', () => {
  let host: Host;
  let web: AppliedHost;
  let staunch: RunningStaunch;
  let killsBefore = 0;
  let statuses: Readonly<Record<string, number>> = {};
  let during: Readonly<Record<string, number>> = {};
  const kills = async () =>
    Number(await host.root(`awk '$1 == "oom_kill" { print $2 }' ${COUNTER}`, { mayFail: true }));
  const card = () => staunch.latest(CHANNEL, /Proposed by/);
  const approve = async (as: string, count: RegExp) => {
    staunch.do({ press: { as, channel: CHANNEL, ts: card()?.ts ?? '', actionId: 'approve-change' } });
    staunch.do({ submit: { as, values: {} } });
    await staunch.until(() => count.test(card()?.text ?? ''), 30);
  };

  beforeAll(
    async () => {
      [host] = (await boot('ns', 'checkout')) as [Host];
      await host.configure({ unit: 'MemoryMax=350M\nOOMPolicy=continue' });
      web = new AppliedHost(host);
      expect((await web.enable()).code).toBe(0);
      staunch = new RunningStaunch([[host, CHANNEL]], 1, { applyIdentityFile: web.key });
      await staunch.until(() => staunch.samples >= 1, 90);
      await leakUntilKilled(host);
      staunch.do({ say: { as: 'U0ANA', channel: CHANNEL, text: '@staunch diagnose checkout since 15m' } });
      await staunch.until(() => staunch.latest(CHANNEL, /worker OOM kill \(CONFIRMED\)/) !== undefined, 90);
      staunch.do({
        say: {
          as: 'U0ANA',
          channel: CHANNEL,
          text: `@staunch plan checkout recycling max_requests=${MAX_REQUESTS} jitter=${JITTER} because workers are killed`,
        },
      });
      await staunch.until(() => card() !== undefined, 60);
      const load = host.load({ ...LEAK, requests: PER_SECOND * 45, seconds: 60 });
      await approve('U0BEN', /1 of 2/);
      await approve('U0CHLOE', /being applied|applied and verified/);
      await staunch.until(() => staunch.latest(CHANNEL, /being watched/) !== undefined, 60);
      during = await load;
      killsBefore = await kills();
      for (let life = 0; life < LIVES; life++) {
        const one = await host.load({
          ...LEAK,
          requests: Math.ceil(LIFE_SECONDS * PER_SECOND),
          seconds: LIFE_SECONDS + 60,
        });
        const seen = [...new Set([...Object.keys(statuses), ...Object.keys(one)])];
        statuses = Object.fromEntries(
          seen.map(status => [status, (statuses[status] ?? 0) + (one[status] ?? 0)]),
        );
      }
      await staunch.until(() => staunch.latest(CHANNEL, /Reports on what it came to/) !== undefined, 120);
      if (trustCount(0, 1) === 1)
        await staunch.until(() => staunch.latest(CHANNEL, /15 minutes after/) !== undefined, 16 * 60);
    },
    trustCount(720_000, 1_800_000),
  );
  afterAll(async () => {
    for (const { level, msg } of staunch?.logged ?? []) if (level !== 'info') console.log(`${level}: ${msg}`);
    for (const { text, threadTs, realMs } of staunch?.shown ?? [])
      console.log(
        `${new Date(realMs).toISOString()}${threadTs ? ' in thread' : ''}: ${text.slice(0, 160).replaceAll('\n', ' | ')}`,
      );
    await staunch?.stop();
    web?.remove();
    await shutDown();
  });

  describe('that two people approved to recycle', () => {
    it('is written as the card showed it, over SSH, by the helper', async () => {
      expect(card()?.text).toMatch(/applied and verified/);
      const config = await host.root(`cat ${CONFIG}`);
      expect(config).toMatch(
        new RegExp(`# BEGIN staunch\\n[^]*max_requests = ${MAX_REQUESTS}\\n[^]*# END staunch`),
      );
    });

    it('cost no request a 502 while it was applied', () => {
      console.log(`while applied: ${JSON.stringify(during)}`);
      expect(Object.keys(during)).toEqual(['200']);
    });

    it(`kills no worker over ${LIVES} predicted lives, and loses no request`, async () => {
      const recycled = await host.root(
        "journalctl -u checkout.service --no-pager -o cat | grep -c 'Autorestarting worker'",
        { mayFail: true },
      );
      const after = await kills();
      console.log(
        `${LIVES} lives of ${LIFE_SECONDS.toFixed(0)} s: ${JSON.stringify(statuses)}, recycled ${recycled.trim()}, kills ${killsBefore} -> ${after}`,
      );
      expect(Object.keys(statuses)).toEqual(['200']);
      expect(after).toBe(killsBefore);
      expect(Number(recycled)).toBeGreaterThanOrEqual(WORKERS * (LIVES - 1));
    });

    it('is told to its end, and met no fault of Staunch', () => {
      expect(staunch.latest(CHANNEL, /Reports on what it came to/)?.threadTs).toBeDefined();
      expect(staunch.logged.filter(({ level }) => level === 'error')).toEqual([]);
    });
  });
});
