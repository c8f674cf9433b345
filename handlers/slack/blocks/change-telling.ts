import type { RichTextElement } from '@slack/types';
import type { ChangeView, ChangeWords, OutcomeReport } from '../../../src/workflows/change-ports.ts';
import type { Message } from '../../../src/workflows/message.ts';
import { bold, code, context, line, list, message, richText, section, words } from './block-parts.ts';
import { changeCard } from './change-card.ts';
import { isByHand, shortDigest, standingOf, stepWords } from './change-words.ts';
import { diffGroups, isInline } from './diff-parts.ts';
import { firstOf, fitted, moreWords } from './slack-limits.ts';
import { joined, mention, mentionAny, own, shown } from './slack-text.ts';

const SERVERS = 15;

/** The words of changes in Slack. */
export function slackChangeWords(): ChangeWords {
  return { card: changeCard, files, progress, ended, reminder, brokenGlass, outcome, drift };
}

function files(view: ChangeView) {
  const { diffs } = view.proposal.brief;
  if (isInline(diffs)) return [];
  return diffGroups(diffs).map(({ path, servers, text }, at) => ({
    name: `${view.proposal.plan.service}-${shortDigest(view.proposal.digest).replace(' ', '')}-${at + 1}.diff`,
    title: `${path} on ${servers.join(', ')}`.slice(0, 200),
    text: `${text}\n`,
  }));
}

function progress(view: ChangeView): Message {
  const { sign, words: standing } = standingOf(view);
  const title = `${sign} ${shown(view.proposal.brief.what, 100)}: ${standing}`;
  const { shown: first, more } = firstOf(view.steps, SERVERS);
  return message(
    own`${title}. ${first.map(step => `${step.server}: ${stepWords(step.state).words}`).join('; ')}`,
    fitted(scale => [
      richText(
        line(bold(title)),
        list(
          'bullet',
          first.map((step): RichTextElement[] => {
            const said = stepWords(step.state);
            const detail =
              step.detail === undefined ? '' : ` – ${shown(step.detail, Math.round(500 * scale))}`;
            return [words(`${said.sign} `), code(step.server, 80), words(` ${said.words}${detail}`)];
          }),
        ),
        ...(more > 0 ? [line(words(moreWords(more, 'servers')))] : []),
      ),
    ]),
  );
}

/** Says how it ended. Names people only where it did not go well: who proposed and who approved must look. */
function ended(view: ChangeView): Message {
  const { proposal, approvals } = view;
  const { sign, words: standing } = standingOf(view);
  const isFine = proposal.state === 'done';
  const people = [...new Set([proposal.requester, ...approvals.map(each => each.approver)])];
  const names = joined(people.slice(0, 6).map(mention), ' ');
  const title = own`${sign} ${shown(proposal.brief.what, 100)}: ${standing}.`;
  const approved =
    approvals.length === 0
      ? own``
      : own` Approved by ${joined(
          approvals.map(a => mention(a.approver)),
          ', ',
        )}.`;
  const next = isFine
    ? 'Reports on what it came to follow here after 15 minutes, a day and a week.'
    : 'Nothing more is done by itself.';
  return message(own`${title} ${shown(proposal.detail ?? '', 500)}`, [
    richText(line(bold(title.text.replaceAll('*', '')))),
    ...(proposal.detail === undefined ? [] : [section(shown(proposal.detail, 2_000))]),
    context(
      own`${isFine ? own`` : own`${names} · `}plan ${shortDigest(proposal.digest)}.${approved} ${next}`,
    ),
  ]);
}

function reminder(view: ChangeView, round: number, ask: readonly string[]): Message {
  const { proposal, approvals } = view;
  const { quorum, brief } = proposal;
  const missing = quorum - approvals.length;
  const names = joined(ask.slice(0, 5).map(mentionAny), ' ');
  const what = `${shown(brief.what, 100)} still needs ${missing} ${missing === 1 ? 'approval' : 'approvals'}`;
  const who =
    round > 1
      ? 'Nobody has answered so far, so you are asked next.'
      : 'The card above has the diff and the buttons.';
  return message(own`🔔 ${what}. ${who}`, [section(`🔔 ${what}. ${who}`), context(own`Asked: ${names}`)]);
}

function brokenGlass(view: ChangeView): Message {
  const { proposal } = view;
  const { person = '', reason = '' } = proposal.breakGlass ?? {};
  const what = shown(proposal.brief.what, 100);
  return message(own`🚨 Glass broken: ${what} is applied without the approvals. ${reason}`, [
    section(`🚨 Glass broken: ${what} is applied without the approvals that it needs.`),
    richText(line(bold('The reason given '), words(reason, 1_000))),
    context(own`By ${mention(person)} · plan ${shortDigest(proposal.digest)} · written into the audit`),
  ]);
}

const OUTCOME_SIGN: Readonly<Record<OutcomeReport['verdict'], string>> = {
  better: '📉',
  same: '➖',
  worse: '📈',
  'too-little-traffic': '❔',
  'not-measured': '❔',
};

function outcome(view: ChangeView, report: OutcomeReport): Message {
  const { brief, digest } = view.proposal;
  const after = ageWords(report.dueAtMs - report.actedAtMs);
  const title = `${OUTCOME_SIGN[report.verdict]} ${after} after “${shown(brief.what, 90)}”: ${shown(report.headline, 200)}`;
  return message(own`${title} ${report.measures.join(' ')}`, [
    richText(
      line(bold(title, 400)),
      ...(report.measures.length > 0
        ? [
            list(
              'bullet',
              report.measures.slice(0, 10).map((text): RichTextElement[] => [words(text, 400)]),
            ),
          ]
        : []),
      ...(report.followUp === undefined ? [] : [line(bold('Still to do '), words(report.followUp, 800))]),
    ),
    context(
      own`${isByHand(view) ? 'Applied by hand' : `Plan ${shortDigest(digest)}`} · the same measures, as long before as after`,
    ),
  ]);
}

function drift(view: ChangeView, server: string, what: string): Message {
  const change = shown(view.proposal.brief.what, 100);
  const title = `⚠ “${change}” is not in force any more on ${shown(server, 80)}`;
  return message(own`${title}. ${what}`, [
    richText(line(bold(title, 300))),
    section(shown(what, 1_500)),
    section(
      'Somebody or something changed it since, a deploy or a configuration management for example. If that was not meant, propose it anew; best put it where the other one takes it from.',
    ),
  ]);
}

function ageWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 90) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
