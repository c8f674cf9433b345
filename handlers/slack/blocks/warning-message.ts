import type { KnownBlock, RichTextElement } from '@slack/types';
import { NAME_PATTERN } from '../../../src/inventory/name-form.ts';
import { fewGrow } from '../../../src/report/growth-headline.ts';
import { limitEffect } from '../../../src/report/limit-words.ts';
import type { Message } from '../../../src/workflows/message.ts';
import type { WarningView, WarningWords } from '../../../src/workflows/warning-ports.ts';
import { ACTION } from '../action-ids.ts';
import { instant, instantMrkdwn, utcWords } from './arrival-parts.ts';
import {
  actions,
  bold,
  button,
  context,
  header,
  line,
  list,
  message,
  richText,
  words,
} from './block-parts.ts';
import { firstOf, fitted, LIMITS, moreWords } from './slack-limits.ts';
import { groupMention, joined, type Mrkdwn, mention, own, shown } from './slack-text.ts';
import { snoozeElements, snoozeText } from './snooze-parts.ts';
import { arrivalLine, arrivalText } from './warning-arrival.ts';
import { killedReply, raisedReply, resolvedReply } from './warning-replies.ts';
import { isSnoozed, warningHeadline, warningState } from './warning-state.ts';
import { workerTable } from './worker-table.ts';

export interface WarningWordsOptions {
  /** Id of the user group to ping for a service; nobody is pinged without one. */
  pingOf?(service: string): string | undefined;
}

/** The words of growth warnings in Slack. */
export function slackWarningWords(options: WarningWordsOptions = {}): WarningWords {
  // An edit pings nobody: only what is new in the channel names the group.
  const ping = ({ warning, telling }: WarningView, kind: 'warn' | 'raise') => {
    const group = telling?.kind === kind ? options.pingOf?.(warning.service) : undefined;
    return group === undefined ? undefined : groupMention(group);
  };
  return {
    warning: view => warningMessage(view, ping(view, 'warn')),
    raised: view => raisedReply(view, ping(view, 'raise')),
    killed: killedReply,
    resolved: resolvedReply,
  };
}

/** The newest are listed, the rest is counted. */
const KILLS = 4;
const UNSEEN = 5;

const NOBODY_SEEN =
  'At the last look no worker was seen, so nothing is known: this is no all-clear. The warning stays until somebody is seen again.';
const SLOWER =
  'Nothing is so near that it would be warned of now, but it is not over: the warning stays until no worker would reach its limit within 12 hours, for 2 hours.';
const SETTLING =
  'No worker would reach its limit within 12 hours any more. When that has been so for 2 hours, this warning ends.';
const WATCHING =
  'All workers that were warned of have ended. Their memory is free again, but what leaked still leaks: the successors are watched, and this warning ends when they are 4 hours old and do not grow.';

function warningMessage(view: WarningView, ping: Mrkdwn | undefined): Message {
  const { warning } = view;
  const isOver = warningState(warning) === 'resolved';
  return message(
    spoken(view),
    fitted(scale => [
      header(warningHeadline(warning)),
      richText(...leadLines(view).map(elements => line(...elements))),
      ...killBlocks(view),
      ...(isOver ? [] : detailBlocks(view, scale)),
      buttons(view),
      contextOf(view, ping),
    ]),
  );
}

/** What it means, first; every line is a paragraph. */
function leadLines(view: WarningView): RichTextElement[][] {
  const { warning } = view;
  return [...meaning(view), ...(isSnoozed(warning) ? [snoozeElements(warning)] : [])];
}

function meaning({ warning, telling }: WarningView): RichTextElement[][] {
  const { growth } = warning;
  switch (warningState(warning)) {
    case 'settling':
      return [[words(warning.episode.settledSinceMs === undefined ? SLOWER : SETTLING)]];
    case 'unseen':
      return [[words(NOBODY_SEEN)]];
    case 'watching':
      return [[words(WATCHING)]];
    case 'resolved':
      return [[words(telling?.kind === 'resolve' ? sentence(telling.because) : 'It is over.')]];
    default: {
      const effect = limitEffect(growth);
      return [arrivalLine(growth), ...(effect === '' ? [] : [[words(effect)]])];
    }
  }
}

function killBlocks({ warning, kills }: WarningView): KnownBlock[] {
  const { shown: newest, more } = firstOf(
    kills.toSorted((one, other) => other.atMs - one.atMs),
    KILLS,
  );
  if (newest.length === 0) return [];
  const items = newest.map(({ server, atMs, kills: count }): RichTextElement[] => [
    words(`${count === 1 ? '1 worker' : `${count} workers`} on ${shown(server, 60)}, seen at `),
    instant(atMs, warning.growth.atMs),
    words(' your time'),
  ]);
  const rest = more > 0 ? [line(words(moreWords(more, 'times')))] : [];
  return [richText(line(bold('OOM-killed since the warning began')), list('bullet', items), ...rest)];
}

/** Each worker, what the worst one's judgement rests on, and what is not seen. */
function detailBlocks({ warning, silent = [], gaps = [] }: WarningView, scale: number): KnownBlock[] {
  const { growth } = warning;
  const { table, more } = workerTable(growth);
  const why = growth.workers[0]?.reason;
  const acute = growth.severity !== 'calm';
  const few = acute ? fewGrow(growth) : undefined;
  return [
    ...(growth.workers.length === 0 ? [] : [table]),
    ...(more > 0 ? [richText(line(words(moreWords(more, 'workers, none of them worse'))))] : []),
    ...(why === undefined
      ? []
      : [
          richText(
            line(bold(acute ? 'Why' : 'Nearest'), words(` ${shown(why, Math.round(900 * scale))}`)),
            ...(few === undefined ? [] : [line(words(few))]),
          ),
        ]),
    ...unseenBlocks(warning.growth, silent, gaps, scale),
  ];
}

function unseenBlocks(
  { atMs, blindUntilMs }: WarningView['warning']['growth'],
  silent: NonNullable<WarningView['silent']>,
  gaps: readonly string[],
  scale: number,
): KnownBlock[] {
  const items: RichTextElement[][] = [
    ...(blindUntilMs === undefined
      ? []
      : [
          [
            words('Blind until '),
            instant(blindUntilMs, atMs),
            words(' your time: more than half of the workers are too young to be judged.'),
          ],
        ]),
    ...silent.map(({ server, sinceMs }): RichTextElement[] => [
      words(`${shown(server, 60)} has not answered since `),
      instant(sinceMs, atMs),
      words(' your time: its workers are not judged meanwhile.'),
    ]),
    ...gaps.map((gap): RichTextElement[] => [words(shown(gap, Math.round(400 * scale)))]),
  ];
  const { shown: first, more } = firstOf(items, UNSEEN);
  if (first.length === 0) return [];
  const rest = more > 0 ? [line(words(moreWords(more)))] : [];
  return [richText(line(bold('Not seen')), list('bullet', first), ...rest)];
}

function buttons({ warning }: WarningView): KnownBlock {
  const { id, service } = warning;
  const state = warningState(warning);
  const diagnose = button('Diagnose', ACTION.diagnoseWarning, id, {
    label: 'Diagnose the last 2 hours of this service in the thread',
  });
  const value = NAME_PATTERN.test(service) ? service.slice(0, LIMITS.buttonValue.most) : '';
  const plan = button('Plan recycling', ACTION.planRecycling, value, {
    label: 'Compute settings that replace workers in time',
  });
  if (state === 'resolved') return actions([diagnose]);
  if (state !== 'critical' && state !== 'warning') return actions([diagnose, plan]);
  const hush = isSnoozed(warning)
    ? button('End snooze', ACTION.unsnoozeWarning, id, { label: 'Be told of this warning again' })
    : button('Snooze', ACTION.snoozeWarning, id, { label: 'Not be told of this warning for a while' });
  return actions([diagnose, plan, hush]);
}

function contextOf({ warning }: WarningView, ping: Mrkdwn | undefined): KnownBlock {
  const { episode, growth, snooze } = warning;
  const { atMs } = growth;
  const parts = [
    ...(ping === undefined ? [] : [own`For ${ping}`]),
    own`As of ${instantMrkdwn(atMs, atMs)}`,
    ...(atMs - episode.openedAtMs < 60_000
      ? []
      : [own`warned of since ${utcWords(episode.openedAtMs, atMs)} UTC`]),
    ...(snooze !== undefined && isSnoozed(warning) ? [own`snoozed by ${mention(snooze.by)}`] : []),
    own`chart in the thread`,
  ];
  return context(joined(parts, ' · '));
}

/** The same in words, for notifications and screen readers. Times are in UTC. */
function spoken(view: WarningView): Mrkdwn {
  const { warning, kills, silent = [], gaps = [] } = view;
  const { growth } = warning;
  const state = warningState(warning);
  const acute = state === 'critical' || state === 'warning';
  const killed = kills.reduce((sum, each) => sum + each.kills, 0);
  const unseen = silent.length + gaps.length + (growth.blindUntilMs === undefined ? 0 : 1);
  const texts = [
    `${warningHeadline(warning)}.`,
    acute ? arrivalText(growth) : '',
    acute ? limitEffect(growth) : '',
    killed === 0 ? '' : `OOM-killed since the warning began: ${killed}.`,
    state === 'resolved' ? '' : shown(growth.workers[0]?.reason ?? '', 600),
    isSnoozed(warning) ? snoozeText(warning) : '',
    state === 'resolved' || unseen === 0
      ? ''
      : `${unseen} ${unseen === 1 ? 'thing is' : 'things are'} not seen.`,
  ];
  return joined(
    texts.filter(text => text !== '').map(text => own`${text}`),
    ' ',
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
