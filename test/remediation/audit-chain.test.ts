import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CHAIN_START, ChainCheck, entryHash, type StoredEntry } from '../../src/remediation/audit-chain.ts';
import { canonicalJson } from '../../src/remediation/canonical-json.ts';

/** A chain as it would be stored. */
function aChain(length: number, note = 'as it was'): StoredEntry[] {
  const entries: StoredEntry[] = [];
  let previousHash = CHAIN_START;
  for (let sequence = 1; sequence <= length; sequence += 1) {
    const body = { proposal: `p${sequence}`, note };
    const said = { sequence, atMs: 1_000 + sequence, kind: 'approved', actor: 'U1', body, previousHash };
    const hash = entryHash(said);
    entries.push({
      ...said,
      sequence: String(sequence),
      atMs: String(said.atMs),
      body: canonicalJson(body),
      hash,
    });
    previousHash = hash;
  }
  return entries;
}

function faultOf(
  entries: readonly StoredEntry[],
  counted: number,
  anchors: { sequence: number; hash: string }[] = [],
) {
  const check = new ChainCheck(anchors);
  for (const entry of entries) if (!check.add(entry)) break;
  return check.end(counted);
}

describe('the chain', () => {
  it('hashes what anybody can put together: the hash before, a line end, and canonical JSON', () => {
    const previousHash = 'a'.repeat(64);
    const text = '{"actor":"U1","atMs":7,"body":{"a":1,"b":[null]},"kind":"approved","sequence":2}';
    const expected = createHash('sha256').update(`${previousHash}\n${text}`).digest('hex');
    const entry = {
      sequence: 2,
      atMs: 7,
      kind: 'approved',
      actor: 'U1',
      body: { b: [null], a: 1 },
      previousHash,
    };
    expect(entryHash(entry)).toBe(expected);
  });

  it('is whole when nothing was done to it', () => {
    expect(faultOf([], 0)).toBeUndefined();
    expect(faultOf(aChain(5), 5, [{ sequence: 3, hash: aChain(5)[2]!.hash.slice(0, 16) }])).toBeUndefined();
  });

  const changed = (at: number, change: Partial<StoredEntry>) =>
    aChain(5).map((entry, index) => (index === at - 1 ? { ...entry, ...change } : entry));
  it.each<[string, StoredEntry[], number, RegExp]>([
    ['a changed actor', changed(3, { actor: 'U2' }), 3, /not what was written/],
    ['a changed time', changed(1, { atMs: '1002' }), 1, /not what was written/],
    ['a time that is no whole number', changed(1, { atMs: '1e3' }), 1, /not what Staunch writes/],
    ['a body that is no JSON', changed(5, { body: '{' }), 5, /not what Staunch writes/],
    [
      'a body with a space',
      changed(2, { body: '{"note":"as it was", "proposal":"p2"}' }),
      2,
      /not what Staunch/,
    ],
    [
      'a body with a key twice',
      changed(2, { body: '{"note":"other","note":"as it was","proposal":"p2"}' }),
      2,
      /not what Staunch/,
    ],
    ['another hash', changed(4, { hash: 'b'.repeat(64) }), 4, /not what was written/],
    ['another hash before', changed(4, { previousHash: 'b'.repeat(64) }), 4, /does not continue/],
    ['a missing entry', aChain(5).filter((_, index) => index !== 1), 2, /is missing/],
    ['a missing first entry', aChain(5).slice(1), 1, /is missing/],
    ['two that changed places', [0, 2, 1, 3, 4].map(index => aChain(5)[index]!), 2, /is missing/],
    ['one twice', [0, 1, 1, 2, 3, 4].map(index => aChain(5)[index]!), 3, /is missing/],
    ['a missing end', aChain(3), 4, /there were 5 entries, and 3 are left/],
  ])('names the first entry that is not as it was: %s', (_, entries, sequence, problem) => {
    expect(faultOf(entries, 5)).toEqual({ sequence, problem: expect.stringMatching(problem) });
  });

  it('that was written anew as a whole, or cut with its counter, only a head kept elsewhere gives away', () => {
    const forged = aChain(5, 'as somebody wished');
    const kept = { sequence: 4, hash: aChain(5)[3]!.hash };
    expect(faultOf(forged, 5)).toBeUndefined();
    expect(faultOf(forged, 5, [kept])).toEqual({
      sequence: 4,
      problem: expect.stringMatching(/not the one that was kept elsewhere/),
    });
    expect(faultOf(aChain(3), 3)).toBeUndefined();
    expect(faultOf(aChain(3), 3, [kept])).toMatchObject({ sequence: 4 });
  });
});
