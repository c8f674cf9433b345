import { beforeEach, describe, expect, it } from 'vitest';
import type { State } from '../../../src/workflows/state-ports.ts';
import { anUpdate, anUpload, aPost, headsOf, opened, START_MS } from './sample.ts';

/** What waits for delivery. */
export function outboxContract(state: () => State): void {
  describe('outbox', () => {
    beforeEach(() => opened(state(), 'i1'));
    const put = async (...parcels: Parameters<State['outbox']['put']>[0][]) => {
      for (const parcel of parcels) await state().outbox.put(parcel, START_MS);
    };
    const head = async () => (await state().outbox.heads())[0]!;

    it('gives back each kind of parcel as it was put', async () => {
      const parcels = [
        { ...aPost('p'), threadTs: '3.3' },
        { ...anUpdate('u', 'new'), channel: 'C2' },
        { ...anUpload('f'), channel: 'C3' },
      ];
      await put(...parcels);
      const heads = await state().outbox.heads();
      expect(heads.map(queued => queued.parcel)).toEqual(parcels);
      expect(heads[0]).toMatchObject({ attempts: 0, dueAtMs: START_MS, queuedAtMs: START_MS });
      expect(heads[0]).not.toHaveProperty('progress');
    });

    it('tells the first of each channel, in the order they were put', async () => {
      await put(
        aPost('b', 'b', { channel: 'C2' }),
        aPost('a'),
        aPost('c'),
        aPost('d', 'd', { channel: 'C2' }),
      );
      expect(await headsOf(state())).toEqual(['b: b', 'a: a']);
      await state().outbox.sent((await head()).sequence, START_MS);
      expect(await headsOf(state())).toEqual(['a: a', 'd: d']);
    });

    it.each([
      ['post', (text: string) => aPost('x', text)],
      ['upload', () => anUpload('x')],
    ])('queues a %s of one key once, also after it was sent', async (_, parcel) => {
      await put(parcel('first'), parcel('second'));
      expect(await state().outbox.backlog()).toMatchObject({ waiting: 1 });
      await state().outbox.sent((await head()).sequence, START_MS);
      await put(parcel('third'));
      expect(await state().outbox.backlog()).toEqual({ waiting: 0 });
    });

    it('replaces an update that still waits, in its place', async () => {
      await put(aPost('a'), anUpdate('u', 'one'), aPost('b'), anUpdate('u', 'two'));
      const seen: string[] = [];
      for (let next = await head(); next !== undefined; next = await head()) {
        seen.push(...(await headsOf(state())));
        await state().outbox.sent(next.sequence, START_MS);
      }
      expect(seen).toEqual(['a: a', 'u: two', 'b: b']);
    });

    it('never changes an update that may be on its way: the newest follows it', async () => {
      await put(anUpdate('u', 'one'));
      const onItsWay = await head();
      await put(anUpdate('u', 'two'), anUpdate('u', 'three'));
      expect(await headsOf(state())).toEqual(['u: one']);
      await state().outbox.retry(onItsWay.sequence, START_MS + 1_000, '429');
      await put(anUpdate('u', 'four'));
      expect(await headsOf(state())).toEqual(['u: one']);
      await state().outbox.sent(onItsWay.sequence, START_MS);
      expect(await headsOf(state())).toEqual(['u: four']);
    });

    it('says that an update need not be sent any more once a newer one waits behind it', async () => {
      await put(aPost('a'), anUpdate('u', 'one'));
      await state().outbox.sent((await head()).sequence, START_MS);
      expect(await head()).not.toHaveProperty('superseded');
      await put(anUpdate('v', 'other'), anUpdate('u', 'two'));
      expect(await head()).toMatchObject({ parcel: { message: { text: 'one' } }, superseded: true });
      await state().outbox.abandon((await head()).sequence, 'superseded', START_MS);
      expect(await head()).not.toHaveProperty('superseded');
    });

    it('queues an update again after it was sent', async () => {
      await put(anUpdate('u', 'one'));
      await state().outbox.sent((await head()).sequence, START_MS);
      await put(anUpdate('u', 'one'));
      expect(await headsOf(state())).toEqual(['u: one']);
    });

    it('takes a post and an update of one key for two parcels', async () => {
      await put(aPost('x', 'post'), anUpdate('x', 'update'));
      expect(await state().outbox.backlog()).toMatchObject({ waiting: 2 });
    });

    it('keeps what waits for a retry at the head of its channel, with what is done', async () => {
      await put(anUpload('f'), aPost('b'));
      const { sequence } = await head();
      await state().outbox.retry(sequence, START_MS + 30_000, '429', 'F123');
      await state().outbox.retry(sequence, START_MS + 60_000, 'timed out');
      expect(await head()).toMatchObject({
        sequence,
        attempts: 2,
        dueAtMs: START_MS + 60_000,
        queuedAtMs: START_MS,
        progress: 'F123',
      });
    });

    it('gives up one parcel and goes on with the next', async () => {
      await put(aPost('a'), aPost('b'));
      const { sequence } = await head();
      await state().outbox.abandon(sequence, 'channel_not_found', START_MS);
      await state().outbox.retry(sequence, START_MS, 'late');
      await state().outbox.sent(sequence, START_MS);
      expect(await headsOf(state())).toEqual(['b: b']);
    });

    it('counts what waits, and since when', async () => {
      expect(await state().outbox.backlog()).toEqual({ waiting: 0 });
      await state().outbox.put(aPost('a'), START_MS);
      await state().outbox.put(aPost('b'), START_MS + 5);
      expect(await state().outbox.backlog()).toEqual({ waiting: 2, oldestQueuedAtMs: START_MS });
      await state().outbox.sent((await head()).sequence, START_MS + 6);
      expect(await state().outbox.backlog()).toEqual({ waiting: 1, oldestQueuedAtMs: START_MS + 5 });
    });

    it('knows no parcel of an incident that is not there', async () => {
      await expect(put(aPost('a', 'a', { incidentId: 'nobody' }))).rejects.toThrow();
      expect(await state().outbox.backlog()).toEqual({ waiting: 0 });
    });
  });
}
