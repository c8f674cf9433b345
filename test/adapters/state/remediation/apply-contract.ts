import { describe, expect, it } from 'vitest';
import type { ApplyState, ApplyStep } from '../../../../src/workflows/remediation-ports.ts';
import type { State } from '../../../../src/workflows/state-ports.ts';
import { START_MS } from '../sample.ts';
import { aProposal, approve, begun, proposed } from './changes.ts';

/** How far an approved change gets. */
export function applyContract(state: () => State): void {
  const claim = (id: string) => state().remediations.claim(id, 'p1', START_MS);
  const move = (step: ApplyStep, to: ApplyState, detail?: string) =>
    state().remediations.move(step, {
      state: to,
      atMs: START_MS,
      ...(detail !== undefined && { detail }),
    });
  const end = (id: string, to: 'done' | 'rolled-back' | 'unknown' | 'failed' | 'stale') =>
    state().remediations.end(id, { state: to, detail: `it is ${to}`, atMs: START_MS });

  describe('applying', () => {
    it('begins on one server, and goes on to the next when that is done', async () => {
      const first = await begun(state(), 'a');
      expect(first).toMatchObject({ server: 'web-1', state: 'claimed', version: 2 });
      expect(await state().remediations.find('a')).toMatchObject({ state: 'applying', version: 3 });
      expect(await claim('a')).toBeUndefined();
      const watching = await move(first, 'watching');
      expect(await claim('a')).toBeUndefined();
      await move(watching!, 'done');
      expect(await claim('a')).toMatchObject({ server: 'web-2', state: 'claimed' });
    });

    it.each<ApplyState>(['rolled-back', 'stale', 'failed', 'unknown'])(
      'does not go on to the next server when one is %s',
      async bad => {
        await move(await begun(state(), 'a'), bad);
        expect(await claim('a')).toBeUndefined();
      },
    );

    it.each([
      ['not approved', () => proposed(state(), aProposal('a'))],
      ['not there', async () => {}],
      [
        'approved beside another of its service that has begun',
        async () => {
          await approve(state(), await proposed(state(), aProposal('a')));
          await begun(state(), 'b', { remedy: 'oom-policy' });
        },
      ],
    ])('does not begin what is %s', async (_, happen) => {
      await happen();
      expect(await claim('a')).toBeUndefined();
    });

    it('is claimed once by many who try', async () => {
      await approve(state(), await proposed(state(), aProposal('a')));
      const claims = await Promise.all(Array.from({ length: 30 }, () => claim('a')));
      expect(claims.filter(Boolean)).toHaveLength(1);
    });

    it('moves each step once from what was seen, and keeps what is not said anew', async () => {
      const step = await begun(state(), 'a');
      const to = { state: 'written', atMs: START_MS, actedAtMs: START_MS - 5, detail: 'written' } as const;
      const moves = await Promise.all(Array.from({ length: 10 }, () => state().remediations.move(step, to)));
      expect(moves.filter(Boolean)).toHaveLength(1);
      const written = moves.find(Boolean)!;
      expect(written).toMatchObject({
        state: 'written',
        version: 3,
        actedAtMs: START_MS - 5,
        detail: 'written',
      });
      expect(await move(written, 'reloaded')).toMatchObject({ actedAtMs: START_MS - 5, detail: 'written' });
      expect(await move({ ...written, version: 4 }, 'done')).toBeUndefined();
    });

    it('lets nothing leave its end, and nothing begin without a claim', async () => {
      const done = await move(await begun(state(), 'a'), 'done');
      expect(await move(done!, 'failed')).toBeUndefined();
      const [, waiting] = await state().remediations.steps('a');
      await expect(move(waiting!, 'written')).rejects.toThrow(/claim\(\) takes one that waits/);
      await expect(move(waiting!, 'waiting')).rejects.toThrow();
      expect(await move(waiting!, 'skipped', 'web-1 failed')).toMatchObject({ state: 'skipped' });
    });

    it('finds what was cut off, and takes it up', async () => {
      const step = await begun(state(), 'a');
      expect(await state().remediations.underWay()).toEqual([step]);
      const takenUp = await move(step, 'claimed');
      expect(takenUp).toMatchObject({ state: 'claimed', version: 3 });
      expect(await move(step, 'written')).toBeUndefined();
      await move(takenUp!, 'rolled-back');
      expect(await state().remediations.underWay()).toEqual([]);
    });

    it('ends when all its servers have, once', async () => {
      const step = await begun(state(), 'a');
      expect(await end('a', 'rolled-back')).toBeUndefined();
      await move(step, 'rolled-back');
      expect(await end('a', 'rolled-back')).toBeUndefined();
      const [, waiting] = await state().remediations.steps('a');
      await move(waiting!, 'skipped');
      const ends = await Promise.all(Array.from({ length: 5 }, () => end('a', 'rolled-back')));
      expect(ends.filter(Boolean)).toMatchObject([{ state: 'rolled-back', detail: 'it is rolled-back' }]);
      expect(await state().remediations.propose(aProposal('b'))).toBeDefined();
    });

    it('is unknown only until it is known', async () => {
      const step = await begun(state(), 'a', { servers: ['web-1'] });
      expect(await end('a', 'unknown')).toBeUndefined();
      const lost = await move(step, 'unknown');
      expect(await end('a', 'done')).toBeUndefined();
      expect(await end('a', 'unknown')).toMatchObject({ state: 'unknown' });
      expect(await state().remediations.underWay()).toMatchObject([{ state: 'unknown' }]);
      expect(await end('a', 'unknown')).toBeUndefined();
      expect(await end('a', 'done')).toBeUndefined();
      await move(lost!, 'done');
      expect(await end('a', 'done')).toMatchObject({ state: 'done', detail: 'it is done' });
    });

    it('is not undone by its expiry once it has begun', async () => {
      await begun(state(), 'a');
      expect(await state().remediations.expire(START_MS + 86_400_000)).toEqual([]);
      expect(await state().remediations.find('a')).toMatchObject({ state: 'applying' });
    });
  });

  describe('outcomes', () => {
    it('are due in their order and reported once each', async () => {
      await begun(state(), 'a');
      const { remediations } = state();
      await remediations.scheduleOutcome('a', [START_MS + 2_000, START_MS + 1_000]);
      await remediations.scheduleOutcome('a', [START_MS + 2_000, START_MS + 9_000]);
      await remediations.scheduleOutcome('a', []);
      const due = (ms: number) => ({ proposalId: 'a', dueAtMs: START_MS + ms });
      expect(await remediations.dueOutcomes(START_MS)).toEqual([]);
      expect(await remediations.dueOutcomes(START_MS + 5_000)).toEqual([due(1_000), due(2_000)]);
      const report = () => remediations.reportedOutcome('a', START_MS + 1_000, START_MS + 5_000);
      const first = await Promise.all(Array.from({ length: 10 }, report));
      expect(first.filter(Boolean)).toHaveLength(1);
      expect(await remediations.dueOutcomes(START_MS + 5_000)).toEqual([due(2_000)]);
      await remediations.scheduleOutcome('a', [START_MS + 1_000]);
      expect(await remediations.dueOutcomes(START_MS + 5_000)).toEqual([due(2_000)]);
      expect(await remediations.reportedOutcome('a', START_MS + 77, START_MS)).toBe(false);
    });
  });
}
