import type { Playbook } from '../../playbooks/playbook.ts';
import { nextStep } from '../guidance/guide.ts';
import type { NextStep } from '../guidance/next-step.ts';
import type { StepAnswer } from '../guidance/step-answer.ts';
import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import type { IncidentEntry, IncidentState, Standing } from './incident-ports.ts';
import type { Proposal } from './remediation-ports.ts';
import type { Run, State } from './state-ports.ts';

/** What an incident is led by. */
export interface Guidance {
  readonly playbook: Playbook;
  /** The systemd unit, for commands. */
  readonly unit: string;
}

/** What is to be done in an incident now, and what that rests on. */
export interface Guided {
  readonly step: NextStep;
  /** The diagnosis that the incident is about. */
  readonly run: Run;
  readonly document: DiagnosisDocument;
}

/** Looks of one watch that are read: the newest say it all. */
const MOST_WATCHED = 20;

/**
 * The next step of an open incident; undefined while no diagnosis of it has come to an end. It is about its last
 * diagnosis; those in its thread are looks at how it goes on, and only where there is no other what it is about.
 */
export async function guided(
  state: State,
  standing: Standing,
  { playbook, unit }: Guidance,
): Promise<Guided | undefined> {
  const { incident, openSinceMs } = standing;
  const own = await doneRuns(state, [incident.id]);
  const parts = await doneRuns(state, await state.standings.parts(incident.id));
  const run = own.at(-1) ?? parts.at(-1);
  const document = run && (await state.incidents.document(run.id));
  if (!run || !document) return undefined;
  const looks = parts.filter(look => look !== run && look.askedAtMs >= openSinceMs).slice(-MOST_WATCHED);
  const watched = await Promise.all(looks.map(({ id }) => state.incidents.document(id)));
  const answers = answersIn(await state.standings.entries(incident.id));
  const step = nextStep({
    playbook,
    document,
    answers,
    watched: watched.filter(look => look !== undefined),
    unit,
  });
  return { step, run, document };
}

async function doneRuns(state: State, incidentIds: readonly string[]): Promise<readonly Run[]> {
  return (await state.incidents.runsOf(incidentIds)).filter(run => run.state === 'done');
}

/** What was answered since it was opened, or opened again for the last time. */
function answersIn(entries: readonly IncidentEntry[]): readonly StepAnswer[] {
  const since = entries.slice(entries.findLastIndex(({ kind }) => kind === 'reopened') + 1);
  return since.flatMap(entry => (entry.kind === 'answer' ? [{ ...entry.answer, atMs: entry.atMs }] : []));
}

/** How far an open incident is, by its changes first and then by its next step. */
export function openState(
  proposals: readonly Proposal[],
  step: NextStep | undefined,
): Exclude<IncidentState, 'resolved'> {
  const is = (...states: readonly Proposal['state'][]) =>
    proposals.some(({ state }) => states.includes(state));
  if (is('applying', 'approved', 'unknown')) return 'applying';
  if (is('open')) return 'action-proposed';
  return step?.kind === 'watch' ? 'watching' : 'investigating';
}
