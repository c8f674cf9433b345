import type { Button, KnownBlock } from '@slack/types';
import type { NextStep, StepAction } from '../../../src/guidance/next-step.ts';
import { clockWords } from '../../../src/report/time-words.ts';
import type { Standing } from '../../../src/workflows/incident-ports.ts';
import type { IncidentWords, PastCard } from '../../../src/workflows/incident-words-port.ts';
import type { Message } from '../../../src/workflows/message.ts';
import { STAUNCH_ITSELF } from '../../../src/workflows/state-ports.ts';
import { ACTION } from '../action-ids.ts';
import {
  actions,
  bold,
  button,
  code,
  context,
  gapOf,
  line,
  message,
  richText,
  verbatim,
  words,
} from './block-parts.ts';
import { type Mrkdwn, mention, own, readersTime, shown, TIME_FORMAT } from './slack-text.ts';

/** As many buttons as there are action ids for them. */
export const MOST_CHOICES = ACTION.stepChoices.length;

/** What a press of the main button leads to, where its label alone does not say. */
const LEADS_TO: Readonly<Record<StepAction['kind'], string>> = {
  done: 'press it when that is so. If it cannot be done now, press Skip: it is listed as open in the post-mortem.',
  choose: 'press what is so. Whoever cannot tell presses the green one: the evidence speaks for it.',
  propose: 'Staunch works out the exact change and asks for approval here. Nothing is changed before that.',
  diagnose: 'Staunch reads the servers once more. Nothing is changed.',
  resolve: 'A window asks for the reason before the incident is closed.',
};

/** The words of incidents in Slack: the next-step card, and the replies that it is over or open again. */
export function slackIncidentWords(): IncidentWords {
  return { card, pastCard, resolved, reopened, alertsOver };
}

function card(standing: Standing, step: NextStep, number: number): Message {
  const { title, look, command, means, primary, dueAtMs } = step;
  const due = dueAtMs === undefined ? [] : [dueContext(dueAtMs)];
  return message(
    own`👉 Next step for ${shown(standing.incident.service, 80)}: ${ended(shown(title, 100))} ${shown(look, 400)} ${shown(means, 400)} Press "${shown(primary.label, 75)}" when that is so.`,
    [
      richText(
        line(bold(`👉 Next: ${shown(title, 100)}`)),
        line(words(shown(look, 600))),
        ...(command === undefined ? [] : [verbatim(shown(command, 1_500))]),
        line(bold('Why: '), words(shown(means, 600))),
        line(words(`“${shown(primary.label, 75)}”: ${LEADS_TO[primary.kind]}`)),
      ),
      actions(buttonsOf(standing, step, number)),
      context(ownerLine(standing)),
      ...due,
    ],
  );

  function dueContext(atMs: number): KnownBlock {
    const at = readersTime(atMs, TIME_FORMAT.minute, `${clockWords(atMs, 'UTC', 'minute')} UTC`);
    return context(own`Worth pressing again at ${at}. A relapse that Staunch sees before is told by itself.`);
  }

  function ownerLine({ owner, number: incident }: Standing): Mrkdwn {
    const who = owner === undefined ? own`Nobody has taken it yet` : own`Owner ${mention(owner)}`;
    return own`${who} · incident ${incident}`;
  }
}

function ended(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

function buttonsOf(standing: Standing, step: NextStep, number: number): readonly Button[] {
  const { primary, alternatives, canBeSkipped, title } = step;
  const value = (at: string) => `${standing.incident.id} ${number} ${at}`;
  const about = (what: string) => ({ label: `${what}: ${shown(title, 50)}` });
  return [
    button(shown(primary.label, 75), ACTION.stepPrimary, value('0'), { style: 'primary' }),
    ...alternatives
      .slice(0, MOST_CHOICES)
      .map(({ label }, at) =>
        button(shown(label, 75), ACTION.stepChoices[at] ?? ACTION.stepPrimary, value(`${at + 1}`)),
      ),
    ...(canBeSkipped
      ? [
          button('Skip', ACTION.stepSkip, value('skip'), about('Skip this step')),
          button(
            'Not applicable',
            ACTION.stepNotApplicable,
            value('na'),
            about('This step does not apply here'),
          ),
        ]
      : []),
    button('Add a note', ACTION.stepNote, value('note'), about('Write something into the timeline')),
    ...(standing.owner === undefined
      ? [
          button('I take it', ACTION.takeIncident, standing.incident.id, {
            label: 'Look after this incident',
          }),
        ]
      : []),
  ];
}

function pastCard({ number }: Standing, { title }: NextStep, past: PastCard): Message {
  const said = saidOf(past);
  const note = past.kind === 'answered' ? past.entry.answer.note : undefined;
  return message(own`${ended(shown(title, 100))} ${said}`, [
    richText(
      line(bold(shown(title, 100)), words(` ${said}`)),
      ...(note === undefined ? [] : [line(words(shown(note, 600)))]),
    ),
    context(
      past.kind === 'answered'
        ? own`By ${person(past.entry.actor)} · incident ${number}`
        : own`Incident ${number}`,
    ),
  ]);
}

const HOW: Readonly<Record<string, string>> = {
  done: '✓ done',
  chosen: '✓ answered',
  skipped: '⤼ skipped',
  'not-applicable': '– does not apply here',
  note: '✎ noted',
};

function saidOf(past: PastCard): string {
  if (past.kind === 'overtaken') return '⤼ overtaken: what was found since leads to another step, below';
  if (past.kind === 'resolved') return '✓ the incident was resolved';
  const { label, answer } = past.entry;
  return `${HOW[answer.how] ?? answer.how}${label === undefined ? '' : ` “${shown(label, 75)}”`}`;
}

function person(actor: string): Mrkdwn {
  return actor === STAUNCH_ITSELF ? own`Staunch` : mention(actor);
}

function resolved({ number, incident, resolved: end }: Standing): Message {
  const service = shown(incident.service, 80);
  const by = person(end?.by ?? STAUNCH_ITSELF);
  const reason = shown(end?.reason ?? '', 1_000);
  return message(own`✅ Incident ${number} of ${service} is resolved: ${reason}`, [
    richText(
      line(bold(`✅ Resolved: ${service}`)),
      line(words(reason)),
      line(words('The whole story as a file: '), code('@staunch export')),
    ),
    context(own`By ${by} · incident ${number} · if it comes back within half an hour, this thread goes on`),
  ]);
}

function reopened({ number, incident }: Standing, because: string): Message {
  const service = shown(incident.service, 80);
  const why = shown(because, 1_000);
  return message(own`🔁 Incident ${number} of ${service} is open again: ${why}`, [
    richText(line(bold(`🔁 Open again: ${service}`), gapOf('\n'), words(why))),
    context(own`Incident ${number} · its steps begin anew; what was answered before stays in the timeline`),
  ]);
}

function alertsOver({ number, incident, state }: Standing, notice: string): Message {
  const service = shown(incident.service, 80);
  const says = shown(notice, 600);
  const rest =
    state === 'resolved'
      ? own`Incident ${number} is resolved already`
      : own`Incident ${number} stays open until somebody says why it is over: the last card of this thread leads there`;
  return message(own`🟢 ${service}: ${says}`, [
    richText(line(bold(`🟢 ${service}: the alerts are over`), gapOf('\n'), words(says))),
    context(rest),
  ]);
}
