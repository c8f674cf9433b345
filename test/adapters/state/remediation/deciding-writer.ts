import { writeSync } from 'node:fs';
import { openState } from '../../../../src/adapters/state/open-state.ts';
import { aProposal, approve } from './changes.ts';

/**
 * Run as a process: PLACE PREFIX. Has change after change proposed, approved, claimed, moved and ended, as fast as it can,
 * until it is killed; says after each step that it is safe.
 */
const [place, prefix] = process.argv.slice(2);
if (place === undefined || prefix === undefined) throw new Error('usage: deciding-writer PLACE PREFIX');

const say = (text: string) => writeSync(1, `${text}\n`);
const { remediations, ...state } = await openState(place, { clock: { nowMs: Date.now } });
const atMs = Date.now();
say('ready now');
for (let number = 0; ; number += 1) {
  const id = `${prefix}-${number}`;
  const proposal = aProposal(id, { service: id, servers: ['web-1'] }, { createdAtMs: atMs });
  await remediations.propose(proposal);
  say(`open ${id}`);
  await approve({ remediations }, proposal, 'U-ONE', { atMs });
  say(`approved ${id}`);
  let step = await remediations.claim(id, prefix, atMs);
  say(`applying ${id}`);
  for (const next of ['checked', 'written', 'reloaded', 'done'] as const) {
    if (step) step = await remediations.move(step, { state: next, atMs });
  }
  await remediations.end(id, { state: 'done', detail: 'verified', atMs });
  say(`done ${id}`);
  await state.audit.append({ atMs, kind: 'refused', actor: 'U9', body: { proposal: id } });
  say(`refused ${id}`);
}
