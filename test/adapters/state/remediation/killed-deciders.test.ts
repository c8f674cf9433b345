import { expect, it } from 'vitest';
import { seededChance, trustCount, trustSeed } from '../../../trust-counts.ts';
import { temporaryState } from '../temporary-state.ts';
import { compared, killDeciders } from './killed-deciders.ts';

const KILLS = trustCount(12, 1_000);
const LONGEST_MS = 250;

const temporary = temporaryState();

it(`nothing that was decided is lost or told otherwise over ${KILLS} processes killed at it, on SQLite`, {
  timeout: 1_800_000,
}, async () => {
  const figures = await killDeciders(temporary.folder, KILLS, seededChance(trustSeed()), LONGEST_MS);
  console.log(`killed on SQLite: ${JSON.stringify(figures)}`);
  expect(figures).toMatchObject({ kills: KILLS, lost: [], torn: [] });
  expect(figures.auditFault).toBeUndefined();
  expect(figures.acknowledged).toBeGreaterThan(KILLS);
  expect(temporary.raw('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(temporary.raw('pragma foreign_key_check')).toEqual([]);
});

it('a decision that is lost, or that its audit does not tell of, would be caught', async () => {
  // Long enough for two decisions on a machine that does much else.
  await killDeciders(temporary.folder, 1, () => 1, 3 * LONGEST_MS);
  const said = ['done k0-0', 'refused k0-0', 'approved k0-1'];
  expect(await compared(temporary.folder, said)).toMatchObject({ lost: [], torn: [] });
  temporary.raw('drop trigger audit_no_delete');
  temporary.raw("delete from audit where kind = 'refused' and sequence < 12");
  temporary.raw("update proposal set state = 'open', ended_at_ms = null where id = 'k0-1'");
  const { lost, torn, auditFault } = await compared(temporary.folder, said);
  expect(lost).toEqual(['refused k0-0', 'approved k0-1']);
  // A machine that is quick makes more decisions than one look at the audit holds: the last may stand here too.
  expect(torn).toContain('k0-1 open');
  expect(auditFault).toMatch(/is missing/);
});
