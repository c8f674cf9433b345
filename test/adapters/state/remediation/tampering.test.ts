import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openStateForReading } from '../../../../src/adapters/state/open-state.ts';
import { type Anchor, ChainCheck, type StoredEntry } from '../../../../src/remediation/audit-chain.ts';
import { seededChance, trustCount, trustSeed } from '../../../trust-counts.ts';
import { START_MS } from '../sample.ts';
import { temporaryState } from '../temporary-state.ts';
import { aProposal, approve, begun, proposed } from './changes.ts';

const TAMPERS = trustCount(1_000, 10_000);
const FIELDS = ['sequence', 'atMs', 'kind', 'actor', 'body', 'previousHash', 'hash'] as const;

const temporary = temporaryState();

/** Some days of decisions, and the head that was told elsewhere. */
async function decided(): Promise<Anchor> {
  const state = await temporary.open();
  for (let number = 0; number < 12; number += 1) {
    const step = await begun(state, `a${number}`, { service: `s${number}` });
    await state.remediations.move(step, { state: 'failed', atMs: START_MS, detail: 'no space on größe 💾' });
    await approve(state, await proposed(state, aProposal(`b${number}`, { service: `t${number}` })));
    await state.audit.append({ atMs: START_MS, kind: 'refused', actor: 'U9', body: { reason: 'guest' } });
  }
  const head = await state.audit.head();
  await state.close();
  return head!;
}

/** Every row as text, as `staunch audit verify` reads it. */
function rows(): StoredEntry[] {
  return temporary.raw(
    `select cast(sequence as text) sequence, cast(at_ms as text) "atMs", kind, actor, body,
      previous_hash "previousHash", hash from audit order by audit.sequence`,
  ) as unknown as StoredEntry[];
}

function isFound(entries: readonly StoredEntry[], counted: number, anchors: readonly Anchor[]): boolean {
  const check = new ChainCheck(anchors);
  for (const entry of entries) if (!check.add(entry)) return true;
  return check.end(counted) !== undefined;
}

type Tamper = (entries: StoredEntry[], upTo: (below: number) => number) => StoredEntry[];
const TAMPER: Readonly<Record<string, Tamper>> = {
  'a flipped bit'(entries, upTo) {
    const at = upTo(entries.length);
    const field = FIELDS[upTo(FIELDS.length)]!;
    const bytes = Buffer.from(entries[at]![field]);
    const byte = upTo(bytes.length);
    bytes[byte] = bytes[byte]! ^ (1 << upTo(8));
    return entries.with(at, { ...entries[at]!, [field]: bytes.toString() });
  },
  'a deleted row': (entries, upTo) => entries.toSpliced(upTo(entries.length), 1),
  'two rows in each other’s place'(entries, upTo) {
    const at = upTo(entries.length - 1);
    const [one, other] = [entries[at]!, entries[at + 1 + upTo(entries.length - at - 1)]!];
    const into = (to: StoredEntry, from: StoredEntry) => ({ ...from, sequence: to.sequence });
    return entries.map(each => (each === one ? into(one, other) : each === other ? into(other, one) : each));
  },
  'an end that was cut off': (entries, upTo) => entries.slice(0, upTo(entries.length)),
  'a body of another row'(entries, upTo) {
    const at = upTo(entries.length);
    const others = entries.filter(({ body }) => body !== entries[at]!.body);
    return entries.with(at, { ...entries[at]!, body: others[upTo(others.length)]!.body });
  },
};

describe('tampering with the audit', () => {
  it(`is found, each of ${TAMPERS} times, with the head that was kept elsewhere`, async () => {
    const anchor = await decided();
    const whole = rows();
    const chance = seededChance(trustSeed());
    const upTo = (below: number) => Math.floor(chance() * below);
    expect(isFound(whole, whole.length, [anchor])).toBe(false);
    const missed: Record<string, number> = {};
    const names = Object.keys(TAMPER);
    let unanchored = 0;
    for (let round = 0; round < TAMPERS; round += 1) {
      const name = names[round % names.length]!;
      const entries = TAMPER[name]!(whole, upTo);
      // Who can delete rows can set their count, too.
      if (!isFound(entries, entries.length, [anchor])) missed[name] = (missed[name] ?? 0) + 1;
      if (!isFound(entries, entries.length, [])) unanchored += 1;
    }
    expect(missed).toEqual({});
    // The control: without the head from outside a cut off end is not seen, and this test would say so.
    expect(unanchored).toBeGreaterThan(0);
  });

  it('is not let through by the database, and found where its guard was taken away', async () => {
    const anchor = await decided();
    const database = new DatabaseSync(temporary.file);
    try {
      for (const sql of ["update audit set actor = 'U1'", 'delete from audit where sequence = 3'])
        expect(() => database.exec(sql)).toThrow(/the audit is append-only/);
      database.exec('drop trigger audit_no_update; drop trigger audit_no_delete');
      for (const [sql, sequence] of [
        ["update audit set actor = 'U666' where sequence = 40", 40],
        ['update audit set at_ms = 9223372036854775807 where sequence = 20', 20],
        ['delete from audit where sequence = 3', 3],
      ] as const) {
        database.exec(sql);
        const state = await openStateForReading(temporary.folder);
        expect(await state.audit.check([anchor])).toMatchObject({
          entries: sequence - 1,
          fault: { sequence },
        });
        await state.close();
      }
    } finally {
      database.close();
    }
  });

  it('with its end stops all further decisions, until somebody has looked', async () => {
    const { sequence } = await decided();
    const database = new DatabaseSync(temporary.file);
    database.exec(`drop trigger audit_no_delete; delete from audit where sequence = ${sequence}`);
    database.close();
    const state = await temporary.open();
    const waiting = await state.remediations.find('b1');
    const claim = state.remediations.claim('b1', 'p1', START_MS);
    await expect(claim).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringMatching(`Entry ${sequence} of the audit is missing, so nothing was decided`),
    });
    expect(await state.remediations.find('b1')).toEqual(waiting);
  });

  it('with a stored plan after its approval keeps the plan from being applied', async () => {
    await decided();
    temporary.raw(
      "update proposal set plan = replace(plan, '\"maxRequests\":800', '\"maxRequests\":1') where id = 'b1'",
    );
    const state = await temporary.open();
    const claim = state.remediations.claim('b1', 'p1', START_MS);
    await expect(claim).rejects.toMatchObject({ kind: 'damaged', message: /not the one that was approved/ });
    expect(await state.remediations.steps('b1')).toMatchObject([{ state: 'waiting' }, { state: 'waiting' }]);
    expect(await state.remediations.claim('b2', 'p1', START_MS)).toBeDefined();
  });
});
