import { writeSync } from 'node:fs';
import { openState } from '../../../src/adapters/state/open-state.ts';
import { aDocument, anIncident, aPost, aRun, START_MS } from './sample.ts';

/** Run as a process: writes incidents into a folder's state until it is killed, and says which ones are safe. */
const [folder, prefix] = process.argv.slice(2);
if (folder === undefined || prefix === undefined) throw new Error('usage: state-writer FOLDER PREFIX');

const state = await openState(folder, { clock: { nowMs: () => Date.now() } });
const say = (text: string) => writeSync(1, `${text}\n`);
say(`ready ${state.epoch}`);
for (let number = 0; ; number += 1) {
  const id = `${prefix}-${number}`;
  await state.atomically(async within => {
    await within.inbox.claim(id, START_MS);
    await within.incidents.open(anIncident(id), aRun(id));
    await within.outbox.put(aPost(`${id}/root`, id, { incidentId: id, channel: id }), START_MS);
  });
  say(`opened ${id}`);
  await state.inbox.claimUnsynced(`signature/${id}`, START_MS);
  say(`guarded ${id}`);
  await state.incidents.finish(id, aDocument(), START_MS);
  say(`finished ${id}`);
}
