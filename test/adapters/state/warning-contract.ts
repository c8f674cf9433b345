import { describe, expect, it } from 'vitest';
import type { ServiceGrowth } from '../../../src/growth/growth-finding.ts';
import type { State } from '../../../src/workflows/state-ports.ts';
import type { Warning } from '../../../src/workflows/warning-ports.ts';
import { anIncident, aRun, DAY_MS, HOUR_MS, opened, START_MS } from './sample.ts';

/** A look at a service with one worker that grows. */
export const aLook = (atMs = START_MS, other: Partial<ServiceGrowth> = {}): ServiceGrowth => ({
  service: 'checkout',
  atMs,
  severity: 'warning',
  growing: 1,
  eta: { fromMs: atMs + 2 * HOUR_MS, toMs: atMs + 5 * HOUR_MS },
  limit: 'memory-max',
  workers: [
    {
      server: 'web-1',
      pid: 4711,
      startTicks: 99,
      severity: 'warning',
      rule: 'steady-growth',
      eta: { fromMs: atMs + 2 * HOUR_MS, toMs: atMs + 5 * HOUR_MS },
      nowBytes: 341e6,
      ageMs: 9 * HOUR_MS,
      reason: 'Worker 4711 grew "steadily" 🐘.',
    },
  ],
  ...other,
});

export const aWarning = (id: string, other: Partial<Omit<Warning, 'version'>> = {}) => ({
  id,
  service: 'checkout',
  channel: 'C1',
  episode: {
    openedAtMs: START_MS,
    severity: 'warning' as const,
    posted: true,
    lives: ['web-1:4711:99'],
    growing: 1,
  },
  growth: aLook(),
  changedAtMs: START_MS,
  ...other,
});

/** Warnings, pings, looks, and incidents that nobody asked for. */
export function warningContract(state: () => State): void {
  describe('warnings', () => {
    const begun = async (id: string, other: Parameters<typeof aWarning>[1] = {}) => {
      await state().incidents.begin(anIncident(id, { openedBy: 'staunch' }));
      return state().warnings.open(aWarning(id, other));
    };
    const later = (hours: number) => ({
      episode: { ...aWarning('w1').episode, openedAtMs: START_MS + hours * HOUR_MS },
    });

    it('are found as they were kept, by id and by service', async () => {
      const warning = await begun('w1', { snooze: { severity: 'warning', untilMs: 1, by: 'U1' } });
      expect(warning).toEqual({
        ...aWarning('w1'),
        snooze: { severity: 'warning', untilMs: 1, by: 'U1' },
        version: 1,
      });
      expect(await state().warnings.find('w1')).toEqual(warning);
      expect(await state().warnings.ofService('checkout')).toEqual(warning);
      expect(await state().warnings.ofService('search')).toBeUndefined();
      expect(await state().warnings.find('w2')).toBeUndefined();
    });

    it('of one beginning are kept once, of a service the one that began last counts', async () => {
      await begun('w1');
      expect(await begun('w2')).toBeUndefined();
      await begun('w3', later(30));
      await begun('w4', { service: 'search' });
      expect((await state().warnings.ofService('checkout'))?.id).toBe('w3');
      expect((await state().warnings.newest()).map(({ id }) => id)).toEqual(['w3', 'w4']);
    });

    it('need an incident that is there', async () => {
      await expect(state().warnings.open(aWarning('nobody'))).rejects.toThrow();
    });

    it('change from the version that was seen, and from no other', async () => {
      const first = (await begun('w1')) as Warning;
      const change = { ...first, growth: aLook(START_MS + 1), changedAtMs: START_MS + 1 };
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => state().warnings.change(first, change)),
      );
      expect(answers.filter(Boolean)).toEqual([{ ...change, version: 2 }]);
      expect(await state().warnings.find('w1')).toMatchObject({ version: 2, changedAtMs: START_MS + 1 });
    });

    it('lose a snooze that is taken back', async () => {
      const snoozed = (await begun('w1', { snooze: { severity: 'warning', by: 'U1' } })) as Warning;
      const { snooze: _, ...awake } = snoozed;
      expect(await state().warnings.change(snoozed, awake)).toEqual({ ...awake, version: 2 });
    });

    it('know each kill once, oldest first', async () => {
      await begun('w1');
      const kills = [2, 1].map(at => ({ server: 'web-1', atMs: START_MS + at, kills: at }));
      for (const kill of kills) expect(await state().warnings.addKill('w1', kill)).toBe(true);
      expect(await state().warnings.addKill('w1', { server: 'web-1', atMs: START_MS + 1, kills: 9 })).toBe(
        false,
      );
      expect(await state().warnings.kills('w1')).toEqual(kills.toReversed());
    });

    it('ping a channel no more often than its budget allows, whoever pings at once', async () => {
      const budget = { most: 3, sinceMs: START_MS };
      const pings = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          state().warnings.ping({ channel: 'C1', service: `s${index}`, atMs: START_MS + 1 }, budget),
        ),
      );
      expect(pings.filter(Boolean)).toHaveLength(3);
      expect(await state().warnings.pings('C1', START_MS)).toBe(3);
      expect(await state().warnings.pings('C1', START_MS + 1)).toBe(0);
      const ping = { channel: 'C2', service: 'checkout', atMs: START_MS + 1 };
      expect(await state().warnings.ping(ping, budget)).toBe(true);
    });

    it('stay while they change, however old their incident is', async () => {
      const retention = { deliveriesMs: DAY_MS, evidenceMs: 7 * DAY_MS, incidentsMs: 90 * DAY_MS };
      const first = (await begun('w1')) as Warning;
      await state().warnings.addKill('w1', { server: 'web-1', atMs: START_MS, kills: 1 });
      await state().warnings.change(first, { ...first, changedAtMs: START_MS + 50 * DAY_MS });
      const purge = (days: number) => state().purge(START_MS + days * DAY_MS, retention);
      expect(await purge(100)).toMatchObject({ incidents: 0 });
      expect(await state().warnings.find('w1')).toBeDefined();
      expect(await purge(141)).toMatchObject({ incidents: 1 });
      expect(await state().warnings.find('w1')).toBeUndefined();
      expect(await state().warnings.kills('w1')).toEqual([]);
    });
  });

  describe('looks', () => {
    it('are the last of each service, and an older one changes nothing', async () => {
      await state().looks.keep(aLook(START_MS + 2));
      await state().looks.keep(aLook(START_MS + 1));
      await state().looks.keep(aLook(START_MS, { service: 'search' }));
      expect(await state().looks.all()).toEqual([
        aLook(START_MS + 2),
        aLook(START_MS, { service: 'search' }),
      ]);
    });
  });

  describe('an incident that nobody asked for', () => {
    it('has no run until one is added, which says why', async () => {
      await state().incidents.begin(anIncident('i1', { openedBy: 'staunch' }));
      expect(await state().incidents.recent('checkout', 0)).toEqual([]);
      const run = await state().incidents.again('i1', {
        ...aRun('r1'),
        askedBy: 'staunch',
        because: 'a kill',
      });
      expect(run).toMatchObject({ number: 1, askedBy: 'staunch', because: 'a kill' });
      expect(await state().incidents.run('r1')).toEqual(run);
    });

    it('stands in the thread of a message of ours, and is found there', async () => {
      await state().incidents.begin(anIncident('w1'));
      await state().stamps.keep({ key: 'w1/root', incidentId: 'w1', channel: 'C1', ts: '1.1' });
      expect(await state().incidents.runOfThread('C1', '1.1')).toBeUndefined();
      const run = await opened(state(), 'i1', { threadOf: 'w1/root' });
      expect(run.incident).toMatchObject({ threadOf: 'w1/root' });
      expect(await state().incidents.runOfThread('C1', '1.1')).toEqual(run);
    });

    it('is among the recent ones of its service, the newest first, running or not', async () => {
      for (const [id, hours] of [
        ['i1', 0],
        ['i2', 2],
        ['i3', 1],
      ] as const)
        await opened(state(), id, { openedAtMs: START_MS + hours * HOUR_MS });
      await opened(state(), 'other', { service: 'search', openedAtMs: START_MS + HOUR_MS });
      await state().incidents.fail('i3-1', 'no answer', START_MS + 2 * HOUR_MS);
      const recent = await state().incidents.recent('checkout', START_MS + HOUR_MS);
      expect(recent.map(({ id, state: is }) => `${id} ${is}`)).toEqual(['i2-1 running', 'i3-1 failed']);
    });
  });
}
