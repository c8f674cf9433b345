import { describe, expect, it } from 'vitest';
import type { NarrationAllowance, NewNarration } from '../../../src/workflows/narrator-port.ts';
import type { State } from '../../../src/workflows/state-ports.ts';
import { aDocument, DAY_MS, opened, START_MS } from './sample.ts';

export const EVERYTHING: NarrationAllowance = { sinceMs: 0, tokens: 1_000_000 };

export const aNarration = (id: string, change: Partial<NewNarration> = {}): NewNarration => ({
  id,
  runId: 'i1-1',
  person: 'U1',
  model: 'local-7b',
  question: 'was it the deploy?',
  askedAtMs: START_MS,
  reservedTokens: 1_000,
  ...change,
});

const ended = { outcome: 'answered' as const, endedAtMs: START_MS + 5_000 };

/** What is kept of questions to a language model. */
export function narrationContract(state: () => State): void {
  describe('narrations', () => {
    it('keep what was sent and received, in order, and what it used', async () => {
      const { narrations } = state();
      expect(await narrations.begin(aNarration('n1'), EVERYTHING)).toBe(true);
      await narrations.part('n1', 'sent', '{"role":"user"}', START_MS);
      await narrations.part('n1', 'received', 'half of \ud83d and \u0000', START_MS + 1);
      const end = { ...ended, inputTokens: 700, outputTokens: 90, costMicros: 12 };
      await narrations.end('n1', end);
      expect(await narrations.ofRun('i1-1')).toEqual([
        {
          ...aNarration('n1'),
          end,
          parts: [
            { direction: 'sent', atMs: START_MS, body: '{"role":"user"}' },
            { direction: 'received', atMs: START_MS + 1, body: 'half of \ud83d and \u0000' },
          ],
        },
      ]);
      expect(await narrations.ofRun('other')).toEqual([]);
    });

    it('begin while there is room: by what ended ones used, and by what the others reserved', async () => {
      const { narrations } = state();
      const allowance = { sinceMs: START_MS - DAY_MS, tokens: 2_500 };
      const begin = (id: string, askedAtMs = START_MS) =>
        narrations.begin(aNarration(id, { askedAtMs }), allowance);
      expect([await begin('n1'), await begin('n2'), await begin('n3')]).toEqual([true, true, false]);
      await narrations.end('n1', { ...ended, inputTokens: 300, outputTokens: 200, costMicros: 0 });
      expect([await begin('n3'), await begin('n4')]).toEqual([true, false]);
      await narrations.end('n3', { ...ended, inputTokens: 400, outputTokens: 601, costMicros: 0 });
      expect(await begin('n4')).toBe(false);
    });

    it('of long ago take no room', async () => {
      const { narrations } = state();
      await narrations.begin(aNarration('n1', { askedAtMs: START_MS - DAY_MS - 1 }), EVERYTHING);
      const allowance = { sinceMs: START_MS - DAY_MS, tokens: 1_000 };
      expect(await narrations.begin(aNarration('n2'), allowance)).toBe(true);
    });

    it('end when what they cost is spent', async () => {
      const { narrations } = state();
      const allowance = { ...EVERYTHING, costMicros: 500 };
      expect(await narrations.begin(aNarration('n1'), allowance)).toBe(true);
      await narrations.end('n1', { ...ended, inputTokens: 1, outputTokens: 1, costMicros: 500 });
      expect(await narrations.begin(aNarration('n2'), allowance)).toBe(false);
    });

    it('that ask at once do not both take the last room', async () => {
      const begun = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          state().narrations.begin(aNarration(`n${index}`), { sinceMs: 0, tokens: 3_000 }),
        ),
      );
      expect(begun.filter(Boolean)).toHaveLength(3);
    });

    it('go with the evidence they hold', async () => {
      const retention = { deliveriesMs: DAY_MS, evidenceMs: 7 * DAY_MS, incidentsMs: 90 * DAY_MS };
      await opened(state(), 'i1');
      await state().incidents.finish('i1-1', aDocument(), START_MS);
      for (const [id, day] of [
        ['n1', 0],
        ['n2', 5],
      ] as const) {
        await state().narrations.begin(aNarration(id, { askedAtMs: START_MS + day * DAY_MS }), EVERYTHING);
        await state().narrations.part(id, 'sent', 'a line of evidence', START_MS);
      }
      expect(await state().purge(START_MS + 8 * DAY_MS, retention)).toMatchObject({ narrations: 1 });
      expect(await state().narrations.ofRun('i1-1')).toMatchObject([{ id: 'n2', parts: [] }]);
    });
  });
}
