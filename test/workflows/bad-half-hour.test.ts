import { describe, expect, it } from 'vitest';
import type { Run } from '../../src/workflows/state-ports.ts';
import { aQuestion, aStage, MINUTE } from './chat-stage.ts';
import { guardedState } from './guarded-state.ts';
import { aVerdict } from './scripted-investigator.ts';
import type { Fate } from './written-chat.ts';

/** The same dice for the same seed (a linear congruential generator, Numerical Recipes). */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function fateOf(roll: () => number): Fate {
  const chance = roll();
  if (chance < 0.2) return { kind: 'limited', afterMs: 1_000 + Math.floor(roll() * 29_000) };
  if (chance < 0.35) return { kind: 'broken' };
  if (chance < 0.5) return { kind: 'unheard' };
  return { kind: 'fine' };
}

/** Keys of all that belongs into the thread of a run, in order. */
const threadOf = (run: Run, lines: number) => [
  `${run.id}/progress`,
  ...Array.from({ length: lines }, (_, i) => `${run.id}/evidence/${i + 1}`),
  `${run.id}/chart`,
];

describe('half an hour in which Slack limits, breaks and goes silent at random', () => {
  it.each([
    [1, 0],
    [2, 0],
    [3, 400],
    [4, 2_500],
  ])(
    'delivers every message once and in thread order (dice %i, state up to %i ms slow)',
    async (seed, slowMs) => {
      const roll = dice(seed);
      const { runs, chat, time, stage, state, investigator } = await aStage({}, (real, clock) =>
        guardedState(real, async call => {
          if (slowMs > 0) await clock.sleep(roll() * slowMs);
          const answer = await call();
          if (slowMs > 0) await clock.sleep(roll() * slowMs);
          return answer;
        }),
      );
      const linesOf = new Map<string, number>();
      investigator.script = ({ service }) => {
        const lines = linesOf.get(service) ?? 0;
        return { tookMs: 500 + roll() * 30_000, tells: 8, result: aVerdict(service, lines) };
      };
      chat.fate = () => fateOf(roll);
      chat.latencyMs = () => (roll() < 0.3 ? Math.floor(roll() * 5_000) : 0);
      const asked: Run[][] = [];
      const begun = (answer: object) => ('run' in answer ? [answer.run as Run] : []);
      for (let minute = 0; minute < 30; minute++) {
        const service = `service-${minute}`;
        linesOf.set(service, Math.floor(roll() * 4));
        const question = aQuestion({ deliveryKey: service, service, channel: `C${Math.floor(roll() * 5)}` });
        // Every delivery comes twice.
        const answers = await Promise.all([runs.ask(question), runs.ask(question)]);
        asked.push(answers.flatMap(begun));
        const earlier = asked[Math.floor(roll() * asked.length)];
        const again = { deliveryKey: `again-${minute}`, runId: earlier?.[0]?.id ?? '', askedBy: 'U2' };
        earlier?.push(...begun(await runs.again({ ...again, timeZone: 'UTC' })));
        await time.advance(MINUTE);
      }
      chat.fate = () => ({ kind: 'fine' });
      await time.advance(60 * MINUTE);

      expect((await state.outbox.backlog()).waiting).toBe(0);
      expect(await state.incidents.running()).toEqual([]);
      expect(stage.abandoned).toEqual([]);
      expect(chat.trespasses).toEqual([]);
      expect(new Set(chat.shown.map(s => s.key)).size).toBe(chat.shown.length);
      expect(asked.flat().length).toBeGreaterThan(40);
      expect(chat.attempts.length).toBeGreaterThan(chat.shown.length * 1.5);
      for (const ofIncident of asked) {
        const [first] = ofIncident;
        if (!first) throw new Error('every incident has a run');
        const root = chat.byKey(`${first.incident.id}/root`);
        expect(root?.text).toMatch(new RegExp(`^run ${ofIncident.length} confirmed`));
        const lines = linesOf.get(first.incident.service) ?? 0;
        const thread = chat.shown.filter(s => s.threadTs === root?.ts && s.channel === root?.channel);
        expect(thread.map(s => s.key)).toEqual(ofIncident.flatMap(run => threadOf(run, lines)));
        for (const run of ofIncident) expect(chat.byKey(`${run.id}/progress`)?.text).toMatch(/\(ended\)$/);
      }
      expect(mostPostsIn(10_000, chat.shown)).toBeLessThanOrEqual(13);
    },
  );
});

/** The most posts that one channel saw in any stretch of that length. */
function mostPostsIn(lengthMs: number, shown: readonly { channel: string; atMs: number }[]): number {
  return Math.max(
    ...shown.map(
      ({ channel, atMs }) =>
        shown.filter(s => s.channel === channel && s.atMs >= atMs && s.atMs < atMs + lengthMs).length,
    ),
  );
}
