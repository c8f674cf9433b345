import { describe, expect, it } from 'vitest';
import { ChainCheck } from '../../../../src/remediation/audit-chain.ts';
import { canonicalJson } from '../../../../src/remediation/canonical-json.ts';
import type { State } from '../../../../src/workflows/state-ports.ts';
import { START_MS } from '../sample.ts';
import { aProposal, approve, begun, proposed } from './changes.ts';

/** All entries, gone through as `staunch audit verify` does. */
export async function wholeAudit({ audit }: Pick<State, 'audit'>) {
  const entries = await audit.entries(1, 100_000);
  const check = new ChainCheck();
  for (const { sequence, atMs, body, ...entry } of entries) {
    check.add({
      ...entry,
      sequence: String(sequence),
      atMs: String(atMs),
      body: canonicalJson(body),
    });
  }
  expect(check.fault).toBeUndefined();
  return entries;
}

const kindsOf = async (state: State) =>
  (await wholeAudit(state)).map(({ kind, actor }) => `${kind} ${actor}`);

/** What is decided is in the chain, and nothing is decided without. */
export function auditContract(state: () => State): void {
  describe('the audit', () => {
    it('is empty at first', async () => {
      expect(await state().audit.head()).toBeUndefined();
      expect(await state().audit.entries(1, 10)).toEqual([]);
      expect(await state().audit.lastOf('approved')).toBeUndefined();
    });

    it('tells every decision in order, each once', async () => {
      const { remediations } = state();
      const first = await proposed(state(), aProposal('a', {}, { quorum: 2 }));
      await approve(state(), first, 'U-ONE');
      await approve(state(), first, 'U-ONE');
      await remediations.propose(aProposal('b'));
      const b = await remediations.find('b');
      await approve(state(), b!);
      const step = await remediations.claim('b', 'p1', START_MS);
      await remediations.move(step!, { state: 'claimed', atMs: START_MS });
      const [claimed, waiting] = await remediations.steps('b');
      await remediations.move(claimed!, { state: 'failed', atMs: START_MS, detail: 'no space' });
      await remediations.move(waiting!, { state: 'skipped', atMs: START_MS });
      await remediations.end('b', { state: 'failed', detail: 'no space', atMs: START_MS });
      await remediations.stopChanges({ person: 'U-ADMIN', why: 'sale', atMs: START_MS });
      await remediations.allowChanges({ person: 'U-ADMIN', why: 'over', atMs: START_MS });
      await remediations.allowChanges({ person: 'U-ADMIN', why: 'over', atMs: START_MS });
      expect(await kindsOf(state())).toEqual([
        'proposal-opened U-ASKS',
        'approved U-ONE',
        'superseded U-ASKS',
        'proposal-opened U-ASKS',
        'approved U-ONE',
        'claimed staunch',
        'taken-up staunch',
        'state staunch',
        'state staunch',
        'ended staunch',
        'changes-stopped U-ADMIN',
        'changes-allowed U-ADMIN',
      ]);
      expect(await state().audit.lastOf('approved')).toMatchObject({
        sequence: 5,
        body: { proposal: 'b', digest: b?.digest, approvals: 1, quorum: 1, enough: true },
      });
    });

    it('is appended to, and answers with its head and with pages', async () => {
      const entries = [];
      for (let number = 1; number <= 5; number += 1) {
        const body = { reason: 'guest', note: 'größe 💾 \0 \ud800', list: [1, null, { deep: true }] };
        entries.push(
          await state().audit.append({ atMs: START_MS, kind: 'refused', actor: `U${number}`, body }),
        );
      }
      expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
      expect(await wholeAudit(state())).toEqual(entries);
      expect(await state().audit.entries(3, 2)).toEqual(entries.slice(2, 4));
      expect(await state().audit.head()).toEqual({ sequence: 5, hash: entries[4]?.hash });
    });

    it('keeps one chain when many append at once', async () => {
      await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          state().audit.append({ atMs: START_MS, kind: 'refused', actor: `U${index}`, body: {} }),
        ),
      );
      expect(await wholeAudit(state())).toHaveLength(40);
    });

    it('refuses what has no canonical form, and keeps nothing of it', async () => {
      const half = state().audit.append({ atMs: START_MS, kind: 'x', actor: 'U1', body: { share: 0.5 } });
      await expect(half).rejects.toThrow(/numbers must be whole/);
      expect(await state().audit.head()).toBeUndefined();
    });

    it('and the decision it tells of are kept together or not at all', async () => {
      const proposal = await proposed(state(), aProposal('a'));
      const before = await state().audit.head();
      const cutOff = state().atomically(async within => {
        expect(await approve(within, proposal)).toMatchObject({ ok: true });
        expect(await within.remediations.claim('a', 'p1', START_MS)).toBeDefined();
        throw new Error('cut off');
      });
      await expect(cutOff).rejects.toThrow('cut off');
      expect(await state().remediations.find('a')).toEqual(proposal);
      expect(await state().audit.head()).toEqual(before);
    });

    it('holds what happened within one transaction, in its order', async () => {
      await state().atomically(async within => {
        await begun(within, 'a');
        await within.audit.append({ atMs: START_MS, kind: 'refused', actor: 'U9', body: { proposal: 'a' } });
      });
      expect(await kindsOf(state())).toEqual([
        'proposal-opened U-ASKS',
        'approved U-ONE',
        'claimed staunch',
        'refused U9',
      ]);
    });
  });
}
