import { describe, expect, it } from 'vitest';
import type { IncidentEntry, Standing } from '../../../src/workflows/incident-ports.ts';
import type { State } from '../../../src/workflows/state-ports.ts';
import { anIncident, HOUR_MS, opened, START_MS } from './sample.ts';

export const aCard = (number = 1): NonNullable<Standing['card']> => ({
  number,
  atMs: START_MS,
  step: {
    id: 'does-it-fit',
    kind: 'look',
    title: 'Does the limit fit the workers?',
    look: 'Add up what the workers take.',
    means: 'Workers that do not fit need "more".',
    primary: { kind: 'choose', label: 'I cannot tell yet', answer: 'unsure' },
    alternatives: [],
    canBeSkipped: true,
    settled: 0,
  },
});

const HERE = { service: 'checkout', workspace: 'T1', channel: 'C1' };

/** How incidents stand, over any database. */
export function standingContract(state: () => State): void {
  describe('standings', () => {
    const standings = () => state().standings;
    const find = async (id: string) => {
      const standing = await standings().find(id);
      if (!standing) throw new Error(`${id} does not stand`);
      return standing;
    };
    const toJoin = (nowMs: number, other = {}) =>
      standings().toJoin({
        ...HERE,
        openSinceMs: nowMs - 12 * HOUR_MS,
        resolvedSinceMs: nowMs - HOUR_MS / 2,
        ...other,
      });
    const resolve = async (id: string, atMs: number) => {
      const seen = await find(id);
      const resolved = { atMs, by: 'U2', reason: 'it was "the" cache 🐘' };
      return standings().change(seen, { ...seen, state: 'resolved', resolved, changedAtMs: atMs });
    };

    it('number incidents in the order in which they are opened, and leave out their parts', async () => {
      await opened(state(), 'i1');
      await state().incidents.begin(anIncident('part', { threadOf: 'i1/root' }));
      await opened(state(), 'i2', { openedFrom: 'alert', notice: '3 alerts fire.' });
      const [first, second] = [await find('i1'), await find('i2')];
      expect(first).toMatchObject({
        state: 'investigating',
        origin: 'command',
        version: 1,
        severity: 'high',
      });
      expect(second).toMatchObject({ origin: 'alert', notice: '3 alerts fire.', number: first.number + 1 });
      expect(await standings().find('part')).toBeUndefined();
      expect(await standings().numbered(second.number)).toEqual(second);
      expect((await standings().recent(1)).map(({ incident }) => incident.id)).toEqual(['i2']);
      expect(await standings().parts('i1')).toEqual(['part']);
    });

    it('change once from the version that was seen', async () => {
      await opened(state(), 'i1');
      const seen = await find('i1');
      const to = {
        ...seen,
        owner: 'U2',
        severity: 'critical',
        card: aCard(),
        playbook: 'gateway-502',
      } as const;
      const changed = await standings().change(seen, { ...to, changedAtMs: START_MS + 1 });
      expect(changed).toEqual({ ...to, version: 2, changedAtMs: START_MS + 1 });
      expect(await find('i1')).toEqual(changed);
      expect(await standings().change(seen, { ...to, owner: 'U3' })).toBeUndefined();
      expect(await find('i1')).toMatchObject({ owner: 'U2' });
    });

    it('let one of many changes from one version through', async () => {
      await opened(state(), 'i1');
      const seen = await find('i1');
      const changes = await Promise.all(
        Array.from({ length: 20 }, (_, at) => standings().change(seen, { ...seen, owner: `U${at}` })),
      );
      expect(changes.filter(Boolean)).toHaveLength(1);
    });

    it('are open until they are resolved', async () => {
      await opened(state(), 'i1');
      await opened(state(), 'i2');
      await resolve('i1', START_MS);
      expect((await standings().open()).map(({ incident }) => incident.id)).toEqual(['i2']);
      expect(await find('i1')).toMatchObject({ state: 'resolved', resolved: { by: 'U2' } });
    });

    it('take up the same trouble: open ones, and those resolved a short while ago', async () => {
      expect(await toJoin(START_MS)).toBeUndefined();
      await opened(state(), 'i1');
      expect((await toJoin(START_MS + HOUR_MS))?.incident.id).toBe('i1');
      expect(await toJoin(START_MS + 13 * HOUR_MS)).toBeUndefined();
      await resolve('i1', START_MS + HOUR_MS);
      expect((await toJoin(START_MS + 1.5 * HOUR_MS))?.incident.id).toBe('i1');
      expect(await toJoin(START_MS + 1.5 * HOUR_MS + 1)).toBeUndefined();
    });

    it.each([
      ['of another service', { service: 'cart' }],
      ['of another channel', { channel: 'C2' }],
      ['of another workspace', { workspace: 'T2' }],
      ['asked in a thread of people', { threadTs: '9.9' }],
      ['of a change that belonged to nothing', { openedFrom: 'change' as const }],
    ])('do not take up what is told of one %s', async (_, other) => {
      await opened(state(), 'i1', other);
      expect(await toJoin(START_MS)).toBeUndefined();
    });

    it('of two who open the same at once, the second finds the first', async () => {
      const open = (id: string) =>
        state().atomically(async within => {
          const there = await within.standings.toJoin({
            ...HERE,
            openSinceMs: START_MS - HOUR_MS,
            resolvedSinceMs: START_MS,
          });
          if (there) return there.incident.id;
          await opened(within, id);
          return id;
        });
      const ids = await Promise.all(['i1', 'i2', 'i3', 'i4'].map(open));
      expect(new Set(ids).size).toBe(1);
    });

    it('are found by their root, by what stands in their thread, and by a thread of people', async () => {
      await opened(state(), 'i1');
      await state().incidents.begin(anIncident('part', { threadOf: 'i1/root' }));
      await opened(state(), 'i2', { threadTs: '9.9' });
      const { stamps } = state();
      await stamps.keep({ key: 'i1/root', incidentId: 'i1', channel: 'C1', ts: '1.1' });
      await stamps.keep({ key: 'part/root', incidentId: 'part', channel: 'C1', ts: '1.2' });
      expect((await standings().ofThread('C1', '1.1'))?.incident.id).toBe('i1');
      expect((await standings().ofThread('C1', '1.2'))?.incident.id).toBe('i1');
      expect((await standings().ofThread('C1', '9.9'))?.incident.id).toBe('i2');
      expect(await standings().ofThread('C1', '7.7')).toBeUndefined();
      expect(await standings().ofThread('C2', '1.1')).toBeUndefined();
    });

    it('keep what belongs into the timeline, in its order', async () => {
      await opened(state(), 'i1');
      const entries: IncidentEntry[] = [
        { kind: 'note', atMs: START_MS + 5, actor: 'U1', text: 'a "note"\u0000🐘' },
        { kind: 'pin', atMs: START_MS, actor: 'U2', link: 'https://example.test/p1' },
        {
          kind: 'answer',
          atMs: START_MS,
          actor: 'U1',
          title: 'Does it fit?',
          answer: { step: 'does-it-fit', how: 'chosen', answer: 'unsure' },
        },
      ];
      for (const entry of entries) await standings().add('i1', entry);
      expect(await standings().entries('i1')).toEqual(entries);
      expect(await standings().entries('i2')).toEqual([]);
    });

    it('go with their incident, and an incident that changed lately stays', async () => {
      await opened(state(), 'i1');
      await state().incidents.fail('i1-1', 'no server answered', START_MS);
      await resolve('i1', START_MS + 24 * HOUR_MS);
      await standings().add('i1', { kind: 'note', atMs: START_MS, actor: 'U1', text: 'x' });
      const retention = { deliveriesMs: HOUR_MS, evidenceMs: HOUR_MS, incidentsMs: 10 * HOUR_MS };
      await state().purge(START_MS + 30 * HOUR_MS, retention);
      expect(await standings().find('i1')).toBeDefined();
      await state().purge(START_MS + 35 * HOUR_MS, retention);
      expect(await standings().find('i1')).toBeUndefined();
      expect(await standings().entries('i1')).toEqual([]);
    });
  });
}
