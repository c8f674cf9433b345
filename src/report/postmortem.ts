import { countWords } from './counts-words.ts';
import type { DiagnosisDocument } from './diagnosis-document.ts';
import { causeLine, gapWords, outlineOf } from './diagnosis-outline.ts';
import { evidenceMarks, headline } from './headline.ts';
import { type IncidentRecord, mainRun, type RecordedChange } from './incident-record.ts';
import { incidentTimeline, stateWords } from './incident-timeline.ts';
import { code, fenced, inline, sections, table } from './markdown.ts';
import { followUpsOf } from './postmortem-follow-ups.ts';
import { impactOf } from './postmortem-impact.ts';
import { clockWords, instantWords } from './time-words.ts';

const MOST_LINES = 40;
const ORIGINS: Readonly<Record<IncidentRecord['origin'], string>> = {
  command: 'Somebody asked in chat why users see errors, and that opened it.',
  shortcut: 'Somebody chose a message in chat, and that opened it.',
  alert: 'An alert opened it.',
  warning: 'A warning of growing workers opened it, before anything failed.',
  watch: "Staunch's own watch opened it; nobody had asked.",
  change: 'A change that somebody proposed opened it.',
};

/**
 * An incident as a document for who was not there: Markdown, made of nothing but the record, so that the same record
 * gives the same bytes. Times are UTC.
 */
export function postmortem(record: IncidentRecord): string {
  const document = mainRun(record)?.document;
  return sections([
    [title(record, document), lead(record)],
    ['## Summary', ...summary(record, document)],
    ['## Impact', ...impactOf(record, document)],
    ['## Timeline (UTC)', timelineTable(record)],
    ['## Cause and evidence', ...evidence(document)],
    ['## Changes and approvals', ...changes(record)],
    ['## Outcome', ...outcome(record)],
    ['## Open follow-ups', ...followUpsOf(record, document)],
    ['## About this document', ...about(record, document)],
  ]);
}

function title({ number, service }: IncidentRecord, document: DiagnosisDocument | undefined): string {
  const what = document === undefined ? `trouble on ${service}` : headline(document);
  return `# Incident ${number}: ${inline(what)}`;
}

function lead({ service, openedAtMs, resolved, severity, owner, openedBy }: IncidentRecord): string {
  return table(
    ['', ''],
    [
      ['Service', inline(service)],
      ['Opened', `${at(openedAtMs)}, by ${person(openedBy)}`],
      ['Resolved', resolved === undefined ? 'not yet' : `${at(resolved.atMs)}, by ${person(resolved.by)}`],
      ['Severity', inline(severity)],
      ['Owner', owner === undefined ? 'nobody took it' : person(owner)],
    ],
  );
}

function summary(record: IncidentRecord, document: DiagnosisDocument | undefined): string[] {
  const opened = ORIGINS[record.origin];
  const end =
    record.resolved === undefined
      ? 'It is still open.'
      : `It was closed with these words: ${inline(record.resolved.reason)}`;
  if (document === undefined)
    return [`${opened} No diagnosis of it came to an end, so its cause is not known. ${end}`];
  const { meaning, leading } = outlineOf(document);
  const why = leading?.because
    .slice(0, 3)
    .map(({ text, evidence }) => `* ${inline(text)}${evidenceMarks(evidence)}`);
  return [
    `${opened} ${inline(meaning)}`,
    ...(why === undefined || why.length === 0 ? [] : [`What that rests on:\n\n${why.join('\n')}`]),
    end,
  ];
}

function timelineTable(record: IncidentRecord): string {
  const events = incidentTimeline(record);
  if (events.length === 0) return 'Nothing was recorded.';
  let day = '';
  const rows = events.map(({ atMs, actor, text, evidence: ids, link }) => {
    const date = new Date(atMs).toISOString().slice(0, 10);
    const when = date === day ? clockWords(atMs, 'UTC') : `${date} ${clockWords(atMs, 'UTC')}`;
    day = date;
    return [when, person(actor), `${inline(text)}${evidenceMarks(ids)}${linked(link)}`];
  });
  return table(['Time', 'Who', 'What'], rows);
}

function evidence(document: DiagnosisDocument | undefined): string[] {
  if (document === undefined) return ['No diagnosis came to an end.'];
  const { leading, open, ruledOut } = outlineOf(document);
  const named = [...(leading ? [leading] : []), ...open.slice(0, 3)];
  const cited = [...new Set(named.flatMap(cause => cause.because.flatMap(reason => reason.evidence)))];
  const ids = [...new Set([...cited, ...document.deaths.flatMap(death => death.evidence.slice(0, 1))])];
  const kept = ids.filter(id => Object.hasOwn(document.evidence, id));
  const lines = kept.slice(0, MOST_LINES).flatMap(id => {
    const piece = document.evidence[id];
    if (piece === undefined) return [];
    const when = piece.at === null ? 'a state, without a time of its own' : at(Date.parse(piece.at));
    return [
      `**${id}** ${inline(piece.server)}, ${piece.source.replaceAll('-', ' ')}, ${when}\n\n${fenced(piece.text)}`,
    ];
  });
  const list = (causes: readonly (typeof open)[number][], withPercent: boolean) =>
    causes.map(cause => `* ${inline(causeLine(cause, withPercent))}`).join('\n');
  return [
    ...(leading ? [`The cause, with all reasons:\n\n${reasons(leading)}`] : []),
    ...(open.length === 0
      ? []
      : [`${leading ? 'Not ruled out' : 'Candidates'}:\n\n${list(open.slice(0, 5), true)}`]),
    ...(ruledOut.length === 0 ? [] : [`Ruled out:\n\n${list(ruledOut.slice(0, 10), false)}`]),
    ...(document.correlation.bursts === 0 ? [] : [inline(document.correlation.wording)]),
    ...(document.gaps.length === 0
      ? []
      : [
          `Could not be seen:\n\n${document.gaps
            .slice(0, 10)
            .map(gap => `* ${inline(gapWords(gap))}`)
            .join('\n')}`,
        ]),
    ...(lines.length > 0
      ? ['The lines, as the servers wrote them; secrets and client addresses are masked:']
      : []),
    ...lines,
    ...(kept.length > MOST_LINES ? [`${kept.length - MOST_LINES} more lines are kept.`] : []),
    ...(ids.length > 0 && kept.length === 0
      ? ['The lines are past their retention and are not kept any more.']
      : []),
  ];
}

function reasons({ because }: DiagnosisDocument['causes'][number]): string {
  return because.map(({ text, evidence: ids }) => `* ${inline(text)}${evidenceMarks(ids)}`).join('\n');
}

function changes({ changes: all }: IncidentRecord): string[] {
  if (all.length === 0) return ['Nothing was changed on the servers by Staunch.'];
  return all.flatMap(changeText);
}

function changeText(change: RecordedChange): string[] {
  const { what, where, why, requester, reason, approvals, quorum, digest, rollback, state, detail } = change;
  const approved = approvals.map(({ approver, atMs }) => `${person(approver)} at ${at(atMs)}`);
  const glass = change.breakGlass;
  return [
    `### ${inline(what)}`,
    table(
      ['', ''],
      [
        ['Where', inline(where)],
        ['Proposed', `${at(change.createdAtMs)}, by ${person(requester)}: ${inline(reason)}`],
        [
          'Approved',
          approved.length === 0
            ? `by nobody (${quorum} needed)`
            : `${approved.join('; ')} (${quorum} needed)`,
        ],
        ...(glass ? [['Without approvals', `${person(glass.person)}: ${inline(glass.reason)}`]] : []),
        ['What was approved', `the plan with SHA-256 ${code(digest)}`],
        ['Came to', `${stateWords(state)}${detail === undefined ? '' : `. ${inline(detail)}`}`],
        ['Way back', inline(rollback)],
      ],
    ),
    ...(why.length === 0 ? [] : [`Why:\n\n${why.map(text => `* ${inline(text)}`).join('\n')}`]),
    ...change.diffs.map(
      ({ server, path, text }) => `${inline(server)}, ${code(path)}:\n\n${fenced(text, 'diff')}`,
    ),
    ...change.steps.map(
      step =>
        `* ${inline(step.server)}: ${stateWords(step.state)}${step.detail === undefined ? '' : `. ${inline(step.detail)}`}`,
    ),
  ];
}

function outcome({ entries, changes: all, resolved, runs }: IncidentRecord): string[] {
  const reported = entries.flatMap(entry =>
    entry.kind === 'outcome' ? [`* ${at(entry.atMs)}: ${inline(entry.text)}`] : [],
  );
  const looks = runs.flatMap(({ isLook, document, endedAtMs }) =>
    isLook && document && endedAtMs !== undefined
      ? [
          `* ${at(endedAtMs)}: from ${document.window.from.slice(11, 19)} to ${document.window.to.slice(11, 19)} UTC ${countWords(document.counts.http502)} × 502, ${countWords(document.counts.http504)} × 504, OOM kills ${countWords(document.counts.oomKillsOfTheUnit)}.`,
        ]
      : [],
  );
  return [
    resolved === undefined ? 'It is still open.' : inline(resolved.reason),
    ...(looks.length === 0 ? [] : [`Looks at how it went on:\n\n${looks.join('\n')}`]),
    ...(reported.length > 0
      ? [`What the change came to, by the same counts before and after:\n\n${reported.join('\n')}`]
      : all.some(({ state }) => state === 'done')
        ? ['What the change came to is reported after 15 minutes, 24 hours and 7 days; nothing was due yet.']
        : []),
  ];
}

function about({ playbook }: IncidentRecord, document: DiagnosisDocument | undefined): string[] {
  return [
    [
      'Written by Staunch from what it kept of the incident; the same record gives the same document.',
      'People are named by their Slack IDs: Slack finds the person when one is pasted into its search.',
      '"Staunch" stands for the program itself, "server" for what the servers\' own logs tell.',
      'OOM means that memory ran out and the kernel ended a process; a worker is one of the processes that serve requests.',
      ...(playbook === undefined ? [] : [`The steps are those of the playbook ${code(playbook)}.`]),
      ...(document === undefined
        ? []
        : [`Servers that were read: ${document.servers.map(inline).join(', ')}.`]),
      'No language model wrote or changed anything in it.',
    ].join(' '),
  ];
}

/** An address that Slack gave for a message; anything else is no link. */
function linked(link: string | undefined): string {
  return link !== undefined && /^https?:\/\/[^\s()<>|\\]{1,500}$/.test(link) ? ` [the message](${link})` : '';
}

function person(actor: string): string {
  if (actor === 'staunch') return 'Staunch';
  return actor === 'server' ? 'server' : inline(actor);
}

function at(ms: number): string {
  return instantWords(ms, 'UTC');
}
