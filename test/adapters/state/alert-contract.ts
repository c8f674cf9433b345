import { describe, expect, it } from 'vitest';
import type { AlertGroup } from '../../../src/intake/alert-group.ts';
import type { State } from '../../../src/workflows/state-ports.ts';
import { DAY_MS, START_MS } from './sample.ts';

export const aGroup = (change: Partial<AlertGroup> = {}): AlertGroup => ({
  service: 'checkout',
  incidentId: 'i1',
  state: 'firing',
  openedAtMs: START_MS,
  heardAtMs: START_MS,
  comebacks: 0,
  alerts: [
    {
      key: 'alertmanager/a1',
      name: 'GunicornDown \u0000 🐘',
      server: 'web-1',
      state: 'firing',
      startsAtMs: START_MS,
      changedAtMs: START_MS,
    },
  ],
  untracked: 0,
  untold: false,
  toldAtMs: START_MS,
  ...change,
});

/** What is kept of alerts. */
export function alertContract(state: () => State): void {
  describe('alert groups', () => {
    it('are found as they were kept last, one for each service', async () => {
      const { alertGroups } = state();
      expect(await alertGroups.find('checkout')).toBeUndefined();
      await alertGroups.keep(aGroup());
      await alertGroups.keep(aGroup({ comebacks: 2 }));
      await alertGroups.keep(aGroup({ service: 'cart', state: 'resolved', resolvedAtMs: START_MS }));
      expect(await alertGroups.find('checkout')).toEqual(aGroup({ comebacks: 2 }));
      expect((await alertGroups.firing()).map(({ service }) => service)).toEqual(['checkout']);
    });

    it('that fire are listed with the longest first, and those with news apart', async () => {
      const { alertGroups } = state();
      await alertGroups.keep(aGroup({ untold: true }));
      await alertGroups.keep(aGroup({ service: 'cart', openedAtMs: START_MS - 1 }));
      await alertGroups.keep(aGroup({ service: 'shop', state: 'resolved', untold: true }));
      expect((await alertGroups.firing()).map(({ service }) => service)).toEqual(['cart', 'checkout']);
      expect(await alertGroups.untold()).toEqual(['checkout', 'shop']);
    });

    it('are held by one at a time: of many who count at once none counts for nothing', async () => {
      await Promise.all(
        Array.from({ length: 20 }, () =>
          state().atomically(async within => {
            const group = (await within.alertGroups.hold('checkout')) ?? aGroup();
            await within.alertGroups.keep({ ...group, comebacks: group.comebacks + 1 });
          }),
        ),
      );
      expect(await state().alertGroups.find('checkout')).toMatchObject({ comebacks: 20 });
    });

    it('that were held and never kept are none', async () => {
      await state().atomically(async within => void (await within.alertGroups.hold('checkout')));
      expect(await state().alertGroups.find('checkout')).toBeUndefined();
      expect(await state().alertGroups.firing()).toEqual([]);
      expect(await state().alertGroups.untold()).toEqual([]);
    });

    it('go when nothing was heard of them for as long as evidence is kept', async () => {
      const retention = { deliveriesMs: DAY_MS, evidenceMs: 7 * DAY_MS, incidentsMs: 90 * DAY_MS };
      await state().alertGroups.keep(aGroup());
      expect(await state().purge(START_MS + 7 * DAY_MS, retention)).toMatchObject({ alertGroups: 0 });
      expect(await state().purge(START_MS + 8 * DAY_MS, retention)).toMatchObject({ alertGroups: 1 });
      expect(await state().alertGroups.find('checkout')).toBeUndefined();
    });
  });
}
