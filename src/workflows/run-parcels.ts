import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import { windowWords } from '../report/time-words.ts';
import type { Standing } from './incident-ports.ts';
import type { Message } from './message.ts';
import type { Incident, Parcel, Run } from './state-ports.ts';
import type { ServerProgress, Telling } from './surface-ports.ts';

/** A verdict with all that is shown of it. */
export interface Outcome {
  readonly document: DiagnosisDocument;
  readonly chart?: { readonly png: Uint8Array; readonly altText: string };
}

// Every key is made of the incident's or the run's id: what was queued once is never queued again. All edits of
// one message share a key, so that an edit which still waits gives way to a newer one.
export const rootKey = (incident: Pick<Incident, 'id'>) => `${incident.id}/root`;
const progressKey = (run: Run) => `${run.id}/progress`;

/** The root message of a new incident and the progress message below it. */
export function openingParcels(run: Run, telling: Telling, standing?: Standing): readonly Parcel[] {
  const { incident } = run;
  const root: Parcel = {
    ...placeOf(incident),
    ...threadOf(incident),
    key: rootKey(incident),
    kind: 'post',
    message: telling.running(run, standing),
  };
  return [root, progressPost(run, telling)];
}

/** A re-run: the root is edited, the thread gets a progress message of its own. */
export function againParcels(run: Run, telling: Telling, standing?: Standing): readonly Parcel[] {
  return [rootEdit(run.incident, telling.running(run, standing)), progressPost(run, telling)];
}

/** Says in the thread that a restart cut the run off and that it was begun again. */
export function begunAgainParcel(run: Run, telling: Telling): Parcel {
  return {
    ...inThread(run.incident),
    key: `${run.id}/begun-again/${run.attempts}`,
    kind: 'post',
    message: telling.begunAgain(run),
  };
}

/** How the servers get on: an edit of the progress message. */
export function progressEdit(run: Run, servers: ServerProgress, ended: boolean, telling: Telling): Parcel {
  return {
    ...placeOf(run.incident),
    key: `${progressKey(run)}/edit`,
    kind: 'update',
    target: progressKey(run),
    message: telling.progress(run, servers, ended),
  };
}

/** The end of a run: verdict, last word on the servers, evidence, chart. */
export function verdictParcels(
  run: Run,
  outcome: Outcome,
  servers: ServerProgress,
  telling: Telling,
  timeZone: string,
): readonly Parcel[] {
  const { incident } = run;
  const tookMs = Math.max(0, (run.endedAtMs ?? run.askedAtMs) - run.askedAtMs);
  const { document, chart } = outcome;
  const parcels: Parcel[] = [
    rootEdit(incident, telling.verdict(run, document, tookMs)),
    progressEdit(run, servers, true, telling),
    ...telling.evidence(run, document).map(
      (message, i): Parcel => ({
        ...inThread(incident),
        key: `${run.id}/evidence/${i + 1}`,
        kind: 'post',
        message,
      }),
    ),
  ];
  if (chart)
    parcels.push({
      ...inThread(incident),
      key: `${run.id}/chart`,
      kind: 'upload',
      file: {
        name: `${incident.service}-run-${run.number}.png`,
        title: `${incident.service}, ${windowWords(run.window.fromMs, run.window.toMs, timeZone)}`,
        altText: chart.altText,
        bytes: chart.png,
      },
    });
  return parcels;
}

/** The end of a run that failed: the root says what happened and what to try. */
export function failureParcels(run: Run, servers: ServerProgress, telling: Telling): readonly Parcel[] {
  return [rootEdit(run.incident, telling.failed(run)), progressEdit(run, servers, true, telling)];
}

export function rootEdit(incident: Incident, message: Message): Parcel {
  return {
    ...placeOf(incident),
    key: `${rootKey(incident)}/edit`,
    kind: 'update',
    target: rootKey(incident),
    message,
  };
}

function progressPost(run: Run, telling: Telling): Parcel {
  return {
    ...inThread(run.incident),
    key: progressKey(run),
    kind: 'post',
    message: telling.progress(run, new Map(), false),
  };
}

export function placeOf(incident: Incident) {
  return { incidentId: incident.id, channel: incident.channel };
}

/** Threads are one level deep: what was asked in a thread is answered in that thread, not below the root. */
export function inThread(incident: Incident) {
  const thread = threadOf(incident);
  return { ...placeOf(incident), ...(thread ?? { inThreadOf: rootKey(incident) }) };
}

/** The thread that an incident stands in; undefined when it has one of its own. */
function threadOf({ threadTs, threadOf: key }: Incident) {
  if (threadTs !== undefined) return { threadTs };
  return key === undefined ? undefined : { inThreadOf: key };
}
