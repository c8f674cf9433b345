import { describe, expect, it } from 'vitest';
import type { Proposal } from '../../../../src/workflows/remediation-ports.ts';
import type { State } from '../../../../src/workflows/state-ports.ts';
import { START_MS } from '../sample.ts';
import { aProposal, approve, begun, OVER_MS, proposed, reasonOf } from './changes.ts';

/** Who consents, and what does not count. */
export function consentContract(state: () => State): void {
  const STOP = { person: 'U-ADMIN', why: 'sale day', atMs: START_MS };
  const glass = (proposal: Pick<Proposal, 'id' | 'digest'>) =>
    state().remediations.breakGlass(proposal.id, {
      digest: proposal.digest,
      person: 'U-ONE',
      reason: 'nobody else is awake',
      atMs: START_MS,
    });
  const reject = (id: string) =>
    state().remediations.reject(id, { person: 'U-TWO', reason: 'not now', atMs: START_MS });

  describe('consent', () => {
    it('is complete with the last approval that is needed, and not before', async () => {
      const proposal = await proposed(state(), aProposal('a', {}, { quorum: 3 }));
      for (const [person, is, version] of [
        ['U-ONE', 'open', 1],
        ['U-TWO', 'open', 1],
        ['U-THREE', 'approved', 2],
      ] as const) {
        expect(await state().remediations.claim('a', 'p1', START_MS)).toBeUndefined();
        expect(await approve(state(), proposal, person)).toMatchObject({
          ok: true,
          proposal: { state: is, version },
        });
      }
      expect(await state().remediations.approvals('a')).toMatchObject([
        { proposalId: 'a', digest: proposal.digest },
        {},
        {},
      ]);
      expect(await state().remediations.claim('a', 'p1', START_MS)).toBeDefined();
    });

    it.each<[string, (proposal: Proposal) => Promise<unknown>, string]>([
      ['of a proposal that is gone', async () => {}, 'gone'],
      ['of another digest', async () => {}, 'other-digest'],
      ['of the requester', async () => {}, 'own-proposal'],
      ['given before', proposal => approve(state(), proposal, 'U-ONE'), 'already-approved'],
      ['of one that was rejected', () => reject('a'), 'not-open'],
      ['while changes are stopped', () => state().remediations.stopChanges(STOP), 'changes-stopped'],
    ])('%s does not count and changes nothing', async (name, happen, reason) => {
      const proposal = await proposed(state(), aProposal('a', {}, { quorum: 2 }));
      await happen(proposal);
      const before = [await state().remediations.find('a'), await state().audit.head()];
      const answer = await approve(
        state(),
        name.includes('gone') ? { ...proposal, id: 'z' } : proposal,
        name.includes('requester') ? 'U-ASKS' : 'U-ONE',
        name.includes('digest') ? { digest: proposal.digest.replace(/^./, 'x') } : {},
      );
      expect(reasonOf(answer)).toBe(reason);
      expect([await state().remediations.find('a'), await state().audit.head()]).toEqual(before);
    });

    it('past its time does not count', async () => {
      const proposal = await proposed(state(), aProposal('a', {}, { lastingMs: OVER_MS }));
      const refusal = { reason: 'expired', expiresAtMs: proposal.expiresAtMs };
      expect(await approve(state(), proposal)).toEqual({ ok: false, refusal });
      expect(await glass(proposal)).toEqual({ ok: false, refusal });
      expect(await state().remediations.approvals('a')).toEqual([]);
    });

    it('of the requester counts where that is allowed', async () => {
      const proposal = await proposed(state(), aProposal('a'));
      const own = await approve(state(), proposal, 'U-ASKS', { ownAllowed: true });
      expect(own).toMatchObject({ ok: true, proposal: { state: 'approved' } });
    });

    it('that was given is not asked for again by a second click', async () => {
      const proposal = await proposed(state(), aProposal('a'));
      await approve(state(), proposal);
      expect(reasonOf(await approve(state(), proposal))).toBe('already-approved');
      expect(await approve(state(), proposal, 'U-TWO')).toMatchObject({
        refusal: { reason: 'not-open', state: 'approved' },
      });
    });

    it('counts each person once, whatever they click at once', async () => {
      const proposal = await proposed(state(), aProposal('a', {}, { quorum: 2 }));
      const clicks = await Promise.all(
        Array.from({ length: 20 }, (_, index) => approve(state(), proposal, index % 2 ? 'U-ONE' : 'U-ASKS')),
      );
      expect(clicks.filter(({ ok }) => ok)).toHaveLength(1);
      expect(await state().remediations.find('a')).toMatchObject({ state: 'open' });
    });

    it('can be refused by anybody while nothing has begun, also by who asked', async () => {
      await proposed(state(), aProposal('a'));
      expect(await reject('a')).toMatchObject({
        ok: true,
        proposal: { state: 'rejected', detail: 'not now', version: 2 },
      });
      expect(await reject('a')).toMatchObject({ refusal: { reason: 'not-open', state: 'rejected' } });
      await approve(state(), await proposed(state(), aProposal('b')));
      await state().remediations.stopChanges(STOP);
      expect(await reject('b')).toMatchObject({ ok: true });
      expect(reasonOf(await reject('z'))).toBe('gone');
    });

    it('cannot be taken back once it is being applied', async () => {
      await begun(state(), 'a');
      expect(await reject('a')).toMatchObject({ refusal: { reason: 'not-open', state: 'applying' } });
    });

    it('is stood in for by breaking the glass, with the reason kept', async () => {
      const proposal = await proposed(state(), aProposal('a', {}, { quorum: 2 }));
      expect(await glass({ id: 'a', digest: 'x' })).toMatchObject({ refusal: { reason: 'other-digest' } });
      const breakGlass = { person: 'U-ONE', reason: 'nobody else is awake' };
      expect(await glass(proposal)).toMatchObject({
        ok: true,
        proposal: { state: 'approved', breakGlass },
        approvals: [],
      });
      expect(await state().remediations.find('a')).toMatchObject({ breakGlass });
      expect(await state().remediations.claim('a', 'p1', START_MS)).toBeDefined();
      expect(reasonOf(await glass(proposal))).toBe('not-open');
    });

    it('is worth nothing while changes are stopped, and again once they are allowed', async () => {
      const proposal = await proposed(state(), aProposal('a'));
      await approve(state(), proposal);
      expect(await state().remediations.stopped()).toBeUndefined();
      await state().remediations.stopChanges(STOP);
      expect(await state().remediations.stopped()).toMatchObject({ by: 'U-ADMIN', why: 'sale day' });
      expect(await state().remediations.claim('a', 'p1', START_MS)).toBeUndefined();
      const other = await proposed(state(), aProposal('b', { service: 'cart' }));
      expect(await glass(other)).toMatchObject({
        refusal: { reason: 'changes-stopped', by: 'U-ADMIN', why: 'sale day' },
      });
      await state().remediations.stopChanges({ ...STOP, person: 'U-TWO', why: 'still' });
      expect(await state().remediations.stopped()).toMatchObject({ by: 'U-TWO', why: 'still' });
      await state().remediations.allowChanges({ ...STOP, why: 'over' });
      expect(await state().remediations.stopped()).toBeUndefined();
      expect(await state().remediations.claim('a', 'p1', START_MS)).toBeDefined();
    });
  });
}
