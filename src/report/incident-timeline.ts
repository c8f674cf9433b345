import { deathWords } from './cause-words.ts';
import type { DiagnosisDocument } from './diagnosis-document.ts';
import { headline } from './headline.ts';
import {
  type IncidentRecord,
  mainRun,
  type RecordedChange,
  type RecordedEntry,
  type RecordedRun,
} from './incident-record.ts';
import { windowWords } from './time-words.ts';

/** Something that happened, in one sentence. */
export interface TimelineEvent {
  readonly atMs: number;
  /** Slack id of who did it; `staunch`; `server` for what the servers' own logs tell. */
  readonly actor: string;
  readonly text: string;
  /** Ids of lines of the diagnosis that the incident is about. */
  readonly evidence: readonly string[];
  /** Where a message stands, as Slack gave it. */
  readonly link?: string;
}

const SERVER = 'server';
const STAUNCH = 'staunch';
/** Deaths within this time are one event: forty kills are not forty lines. */
const TOGETHER_MS = 120_000;
const MOST_MARKS = 3;

/** Everything that happened in an incident, in order: what the servers' lines tell, what people and Staunch did. */
export function incidentTimeline(record: IncidentRecord): readonly TimelineEvent[] {
  const document = mainRun(record)?.document;
  const events = [
    ...(document === undefined ? [] : [...failuresOf(document), ...deathsOf(document)]),
    ...record.kills.map(({ atMs, server, kills }) => ({
      atMs,
      actor: SERVER,
      text: `The kernel killed ${kills === 1 ? 'a process' : `${kills} processes`} for memory on ${server}, after the warning.`,
      evidence: [],
    })),
    ...record.entries.map(entryEvent),
    ...record.runs.flatMap(runEvents),
    ...record.changes.flatMap(changeEvents),
  ];
  // What has no order by its time keeps the order above: servers first, then who reacted.
  return events.toSorted((one, other) => one.atMs - other.atMs);
}

/** The first and last failed request among the lines that are kept. */
function failuresOf({ evidence }: DiagnosisDocument): TimelineEvent[] {
  const lines = Object.entries(evidence).flatMap(([id, { source, at, server }]) =>
    (source === 'nginx-error-log' || source === 'nginx-access-log') && at !== null
      ? [{ id, atMs: Date.parse(at), server }]
      : [],
  );
  const sorted = lines.toSorted((one, other) => one.atMs - other.atMs);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const event = (text: string, { id, atMs }: typeof first) => ({ atMs, actor: SERVER, text, evidence: [id] });
  const firstly = event(`NGINX on ${first.server} logs the first of the failures that are cited.`, first);
  return first.atMs === last.atMs
    ? [firstly]
    : [firstly, event(`NGINX on ${last.server} logs the last of the failures that are cited.`, last)];
}

function deathsOf({ deaths, causes }: DiagnosisDocument): TimelineEvent[] {
  const groups: {
    readonly cause: (typeof deaths)[number]['cause'];
    readonly deaths: (typeof deaths)[number][];
  }[] = [];
  for (const death of deaths.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at))) {
    const last = groups.findLast(group => group.cause === death.cause);
    const before = last?.deaths.at(-1);
    if (last && before && Date.parse(death.at) - Date.parse(before.at) <= TOGETHER_MS)
      last.deaths.push(death);
    else groups.push({ cause: death.cause, deaths: [death] });
  }
  return groups.map(({ cause, deaths: those }) => {
    const pids = those.flatMap(({ pid }) => (pid === null ? [] : [pid]));
    const named =
      pids.length === 0 ? '' : ` (pid ${pids.slice(0, 6).join(', ')}${pids.length > 6 ? ', …' : ''})`;
    const count = those.length === 1 ? 'A worker ended' : `${those.length} workers ended`;
    return {
      atMs: Date.parse(those[0]?.at ?? ''),
      actor: SERVER,
      text: `${count}${named}: ${deathWords(cause, causes)}.`,
      evidence: those.flatMap(death => death.evidence).slice(0, MOST_MARKS),
    };
  });
}

const ORIGINS: Readonly<Record<IncidentRecord['origin'], string>> = {
  command: 'asked for in chat',
  shortcut: 'asked for from a message',
  alert: 'an alert',
  warning: 'a warning of growing workers',
  watch: "Staunch's own watch",
  change: 'a change that was proposed',
};
const HOW = {
  done: 'Done',
  chosen: 'Answered',
  skipped: 'Skipped',
  'not-applicable': 'Does not apply here',
  note: 'Noted at a step',
} as const;

function entryEvent(entry: RecordedEntry): TimelineEvent {
  const { atMs, actor } = entry;
  const link = entry.kind === 'pin' ? entry.link : undefined;
  return { atMs, actor, text: entryWords(entry), evidence: [], ...(link !== undefined && { link }) };
}

function entryWords(entry: RecordedEntry): string {
  switch (entry.kind) {
    case 'opened':
      return sentence(`Opened: ${ORIGINS[entry.origin]}`, entry.because);
    case 'joined':
      return sentence(`Told of again: ${ORIGINS[entry.origin]}`, entry.because);
    case 'answer': {
      const said = entry.label === undefined ? '' : ` “${entry.label}”`;
      return sentence(`${HOW[entry.answer.how]}: ${entry.title}${said}`, entry.answer.note);
    }
    case 'note':
      return `Note: ${entry.text}`;
    case 'alerts':
      return `Alerts: ${entry.text}`;
    case 'outcome':
      return `Outcome: ${entry.text}`;
    case 'pin':
      return entry.text === undefined
        ? 'Pinned a message. Slack did not hand its words over.'
        : `Pinned: ${entry.text}`;
    case 'owner':
      return 'Looks after the incident from now on.';
    case 'severity':
      return `Severity: ${entry.severity}`;
    case 'resolved':
      return `Resolved: ${entry.reason}`;
    case 'reopened':
      return `Opened again: ${entry.because}`;
  }
}

function sentence(head: string, tail: string | undefined): string {
  const closed = /[.?!”]$/.test(head) ? head : `${head}.`;
  return tail === undefined || tail === '' ? closed : `${closed} ${tail}`;
}

function runEvents({
  askedBy,
  askedAtMs,
  window,
  endedAtMs,
  document,
  failure,
  isLook,
}: RecordedRun): TimelineEvent[] {
  const what = isLook ? 'Looked again at' : 'Diagnosed';
  const asked = `${what} ${windowWords(window.fromMs, window.toMs, 'UTC')}.`;
  const end = document === undefined ? failure : `Verdict: ${headline(document)}.`;
  return [
    { atMs: askedAtMs, actor: askedBy, text: asked, evidence: [] },
    ...(endedAtMs === undefined || end === undefined
      ? []
      : [{ atMs: endedAtMs, actor: STAUNCH, text: end, evidence: [] }]),
  ];
}

function changeEvents(change: RecordedChange): TimelineEvent[] {
  const { what, requester, reason, createdAtMs, approvals, breakGlass, steps, quorum } = change;
  const event = (atMs: number, actor: string, text: string) => ({ atMs, actor, text, evidence: [] });
  return [
    event(createdAtMs, requester, sentence(`Proposed a change: ${what}`, reason)),
    ...approvals.map(({ approver, atMs }, at) =>
      event(atMs, approver, `Approved it (${at + 1} of ${quorum}).`),
    ),
    ...(breakGlass === undefined
      ? []
      : [event(createdAtMs, breakGlass.person, `Applied it without the approvals: ${breakGlass.reason}`)]),
    ...steps.flatMap(({ server, actedAtMs, changedAtMs, state, detail }) => [
      ...(actedAtMs === undefined ? [] : [event(actedAtMs, STAUNCH, `Applied the change on ${server}.`)]),
      ...(state === 'waiting'
        ? []
        : [event(changedAtMs, STAUNCH, sentence(`${server}: ${stateWords(state)}`, detail))]),
    ]),
    ...(change.endedAtMs === undefined
      ? []
      : [
          event(
            change.endedAtMs,
            STAUNCH,
            sentence(`The change ended: ${stateWords(change.state)}`, change.detail),
          ),
        ]),
  ];
}

const STATES: Readonly<Record<string, string>> = {
  done: 'applied and verified',
  'rolled-back': 'taken back',
  failed: 'not applied',
  stale: 'not applied, the server had changed since it was planned',
  rejected: 'rejected',
  expired: 'not approved in time',
  superseded: 'another plan took its place',
  unknown: 'not known, the server could not be asked',
  skipped: 'left as it was',
  open: 'waits for approval',
};

/** What became of a change, or of it on one server. */
export function stateWords(state: string): string {
  return STATES[state] ?? state;
}
