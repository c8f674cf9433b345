import { describe, expect, it } from 'vitest';
import type { State } from '../../../../src/workflows/state-ports.ts';
import { START_MS } from '../sample.ts';
import { aProposal, approve, begun, OVER_MS, proposed, reasonOf } from './changes.ts';

/** Opening proposals, and what becomes of those before. */
export function proposalContract(state: () => State): void {
  describe('a proposal', () => {
    it('is found as it was opened, with a waiting step for each server, in order', async () => {
      const opened = await proposed(state(), aProposal('a'));
      const { state: is, version, plan, expiresAtMs, createdAtMs } = opened;
      expect({ is, version, plan, lastsMs: expiresAtMs - createdAtMs }).toEqual({
        is: 'open',
        version: 1,
        plan: aProposal('a').plan,
        lastsMs: 900_000,
      });
      expect(await state().remediations.find('a')).toEqual(opened);
      expect(await state().remediations.find('b')).toBeUndefined();
      expect(await state().remediations.steps('a')).toMatchObject([
        { server: 'web-1', position: 0, state: 'waiting', version: 1 },
        { server: 'web-2', position: 1, state: 'waiting', version: 1 },
      ]);
    });

    it('whose digest is not that of its plan is our own mistake', async () => {
      const wrong = { ...aProposal('a'), digest: aProposal('b', { maxRequests: 900 }).digest };
      await expect(state().remediations.propose(wrong)).rejects.toThrow(/digest of proposal a is not/);
      expect(await state().audit.head()).toBeUndefined();
    });

    it('takes the place of an open or approved one of the same service and remedy', async () => {
      const first = await proposed(state(), aProposal('a'));
      const second = await state().remediations.propose(aProposal('b', { maxRequests: 900 }));
      expect(second).toMatchObject({ proposal: { id: 'b' }, superseded: [{ id: 'a', state: 'superseded' }] });
      expect(await approve(state(), first)).toEqual({
        ok: false,
        refusal: { reason: 'not-open', state: 'superseded' },
      });
      await approve(state(), second!.proposal);
      const third = await state().remediations.propose(aProposal('c'));
      expect(third?.superseded).toMatchObject([{ id: 'b', state: 'superseded' }]);
      expect(await state().remediations.claim('b', 'p1', START_MS)).toBeUndefined();
    });

    it('leaves those of other services and remedies alone', async () => {
      for (const [id, wish] of [
        ['a', {}],
        ['b', { remedy: 'oom-policy' }],
        ['c', { service: 'cart' }],
      ] as const) {
        expect((await state().remediations.propose(aProposal(id, wish)))?.superseded).toEqual([]);
      }
      expect((await state().remediations.inState(['open'])).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
      expect((await state().remediations.ofService('checkout', 5)).map(({ id }) => id)).toEqual(['b', 'a']);
      expect((await state().remediations.ofService('checkout', 1)).map(({ id }) => id)).toEqual(['b']);
      expect(await state().remediations.inState([])).toEqual([]);
    });

    it('that is planned again just the same keeps its approvals', async () => {
      const first = await proposed(state(), aProposal('a', {}, { quorum: 2 }));
      await approve(state(), first, 'U-ONE');
      const again = await state().remediations.propose(aProposal('b', {}, { quorum: 2, requester: 'U-TWO' }));
      expect(again).toMatchObject({ proposal: { id: 'a', requester: 'U-ASKS' }, superseded: [] });
      expect(await approve(state(), first, 'U-TWO')).toMatchObject({
        ok: true,
        proposal: { state: 'approved' },
        approvals: [{ approver: 'U-ONE' }, { approver: 'U-TWO' }],
      });
    });

    it('does not keep approvals when more of them are asked for now', async () => {
      await approve(state(), await proposed(state(), aProposal('a')));
      const again = await state().remediations.propose(aProposal('b', {}, { quorum: 2 }));
      expect(again).toMatchObject({ proposal: { id: 'b' }, superseded: [{ id: 'a' }] });
      expect(await state().remediations.approvals('b')).toEqual([]);
    });

    it('does not keep approvals that are past their time', async () => {
      await proposed(state(), aProposal('a', {}, { lastingMs: OVER_MS }));
      expect(await state().remediations.propose(aProposal('b'))).toMatchObject({
        proposal: { id: 'b' },
        superseded: [{ id: 'a', state: 'expired' }],
      });
      expect(await state().remediations.find('a')).toMatchObject({ state: 'expired' });
    });

    it('cannot be opened while one of the same service is being applied', async () => {
      await begun(state(), 'a');
      expect(await state().remediations.propose(aProposal('b', { maxRequests: 900 }))).toBeUndefined();
      expect(await state().remediations.propose(aProposal('b', { remedy: 'oom-policy' }))).toBeUndefined();
      expect(await state().remediations.propose(aProposal('c', { service: 'cart' }))).toBeDefined();
    });

    it('past its time ends, approved or not, and no other', async () => {
      await proposed(state(), aProposal('a', {}, { lastingMs: OVER_MS }));
      await proposed(state(), aProposal('b', { remedy: 'oom-policy' }));
      const expired = await state().remediations.expire(START_MS);
      expect(expired).toMatchObject([
        { id: 'a', state: 'expired', detail: 'It was not approved within its time.' },
      ]);
      expect(expired[0]?.endedAtMs).toBeDefined();
      expect(await state().remediations.expire(START_MS)).toEqual([]);
      expect(await state().remediations.find('b')).toMatchObject({ state: 'open' });
    });
  });

  // What went wrong in Atlantis, whose plans and approvals are the nearest kin of ours.
  describe('an approval', () => {
    it('of plan A never lets plan B through', async () => {
      const a = await proposed(state(), aProposal('a'));
      await approve(state(), a);
      const b = (await state().remediations.propose(aProposal('b', { maxRequests: 900 })))!.proposal;
      expect(await state().remediations.claim('b', 'p1', START_MS)).toBeUndefined();
      expect(reasonOf(await approve(state(), { id: 'b', digest: a.digest }))).toBe('other-digest');
      expect(reasonOf(await approve(state(), { id: 'a', digest: b.digest }))).toBe('other-digest');
      expect(await state().remediations.approvals('b')).toEqual([]);
    });

    it('of a stale plan comes to nothing once there is a newer one', async () => {
      const a = await proposed(state(), aProposal('a', {}, { quorum: 2 }));
      await approve(state(), a, 'U-ONE');
      await proposed(state(), aProposal('b', { maxRequests: 900 }, { quorum: 2 }));
      expect(await approve(state(), a, 'U-TWO')).toMatchObject({ refusal: { state: 'superseded' } });
      expect(await state().remediations.claim('a', 'p1', START_MS)).toBeUndefined();
    });

    it('that meets the making of a new plan counts for one of the two or for none, never for both', async () => {
      for (let round = 0; round < 20; round += 1) {
        const a = await proposed(state(), aProposal(`a${round}`, { maxRequests: 800 }));
        const [answer] = await Promise.all([
          approve(state(), a),
          state().remediations.propose(aProposal(`b${round}`, { maxRequests: 900 })),
        ]);
        const after = await state().remediations.find(a.id);
        expect(after?.state).toBe('superseded');
        expect(answer.ok || answer.refusal.reason === 'not-open').toBe(true);
        expect(await state().remediations.approvals(`b${round}`)).toEqual([]);
        expect(await state().remediations.claim(a.id, 'p1', START_MS)).toBeUndefined();
        expect(await state().remediations.claim(`b${round}`, 'p1', START_MS)).toBeUndefined();
      }
    });
  });
}
