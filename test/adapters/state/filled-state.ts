import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { OpenedState } from '../../../src/adapters/state/open-state.ts';
import { aGroup } from './alert-contract.ts';
import { aNarration, EVERYTHING } from './narration-contract.ts';
import { aProposal, approve, begun, proposed } from './remediation/changes.ts';
import { aDocument, anIncident, anUpdate, anUpload, aPost, opened, START_MS } from './sample.ts';
import { aSample, aWorker, counted, DAWN_MS, DAY_MS, HOUR_MS, MINUTE_MS } from './samples/watched.ts';
import { aCard } from './standing-contract.ts';
import { aLook, aWarning } from './warning-contract.ts';

/** Puts something into every table that outlives the processes. */
export async function fillState(state: OpenedState): Promise<void> {
  await opened(state, 'i1', { threadTs: '9.9' });
  await state.incidents.finish('i1-1', aDocument(700), START_MS);
  await opened(state, 'i2', { threadOf: 'w1/root' });
  await state.incidents.addFeedback({
    runId: 'i1-1',
    person: 'U1',
    atMs: START_MS,
    note: 'it was "the" cache 🐘',
  });
  await state.incidents.begin(anIncident('w1', { openedBy: 'staunch' }));
  await state.warnings.open(aWarning('w1', { snooze: { severity: 'warning', untilMs: 9, by: 'U1' } }));
  await state.warnings.addKill('w1', { server: 'web-1', atMs: START_MS, kills: 2 });
  await state.warnings.ping({ channel: 'C1', service: 'checkout', atMs: START_MS }, { most: 1, sinceMs: 0 });
  await state.looks.keep(aLook());
  await state.notes.keep([
    {
      server: 'web-1',
      silentSinceMs: START_MS,
      gaps: [{ service: 'checkout', text: 'no "logs"' }],
      toldAtMs: 1,
    },
  ]);
  const standing = await state.standings.find('i1');
  if (standing) await state.standings.change(standing, { ...standing, card: aCard(), owner: 'U2' });
  await state.standings.add('i1', {
    atMs: START_MS,
    actor: 'U1',
    kind: 'note',
    text: 'asked "the" owners 🐘',
  });
  await state.inbox.claim('event:1', START_MS);
  await state.stamps.keep({ key: 'i1/root', incidentId: 'i1', channel: 'C1', ts: '1.1' });
  for (const parcel of [aPost('p1'), anUpdate('i1/root', 'edited'), anUpload('chart')]) {
    await state.outbox.put(parcel, START_MS);
  }
  const step = await begun(state, 'a');
  await state.remediations.move(step, {
    state: 'written',
    atMs: START_MS,
    actedAtMs: START_MS,
    detail: 'größe 💾',
  });
  await state.remediations.scheduleOutcome('a', [START_MS + HOUR_MS]);
  await approve(state, await proposed(state, aProposal('b', { service: 'cart' }, { quorum: 2 })));
  await state.remediations.stopChanges({ person: 'U1', why: 'sale', atMs: START_MS });
  const owned = await state.leases.claim('p', ['web-1', 'web-2'], DAWN_MS, HOUR_MS);
  const put = (atMs: number, served: number) =>
    state.samples.put(aSample(atMs, { workers: [aWorker(1, { served })] }), owned.get('web-1') ?? 0);
  for (let minute = 0; minute < 130; minute += 1) {
    await put(DAWN_MS + minute * MINUTE_MS, minute);
    await state.samples.count('checkout', counted(DAWN_MS + minute * MINUTE_MS));
  }
  await state.samples.fold(DAWN_MS + 8 * DAY_MS);
  await put(DAWN_MS + 8 * DAY_MS, 1);
  await put(DAWN_MS + 8 * DAY_MS + HOUR_MS, 2);
  await state.samples.count('checkout', counted(DAWN_MS + 8 * DAY_MS + HOUR_MS));
  await state.samples.fold(DAWN_MS + 8 * DAY_MS + HOUR_MS + 6 * MINUTE_MS);
  await put(DAWN_MS + 8 * DAY_MS + HOUR_MS + MINUTE_MS, 3);
  await state.leases.release('p');
  await state.alertGroups.keep(aGroup());
  await state.narrations.begin(aNarration('n1'), EVERYTHING);
  await state.narrations.part('n1', 'sent', 'why?', START_MS);
}

/** The lines of an export but for its head, which has the time in it, and its foot. */
export function exportedLines(file: string): string[] {
  return gunzipSync(readFileSync(file)).toString().trimEnd().split('\n').slice(1, -1);
}
