import type { RichTextElement } from '@slack/types';
import type { TimelineEvent } from '../../../src/report/incident-timeline.ts';
import { clockWords } from '../../../src/report/time-words.ts';
import type { Standing } from '../../../src/workflows/incident-ports.ts';
import type { Message } from '../../../src/workflows/message.ts';
import { bold, code, gapOf, line, list, message, richText, timeElement, words } from './block-parts.ts';
import { fitted, moreWords } from './slack-limits.ts';
import { own, shown, TIME_FORMAT } from './slack-text.ts';

/** What is left out stands in the exported file. */
const MOST = 40;
const PERSON = /^[UW][A-Z0-9]{2,30}$/;

/** What a person is called; undefined where Slack does not tell. */
export type NameOf = (id: string) => string | undefined;

/** What happened in an incident, in order. The newest count when not all fit; the beginning stays. */
export function timelineMessage(
  { number, incident }: Standing,
  events: readonly TimelineEvent[],
  nameOf: NameOf = () => undefined,
): Message {
  const title = `🕑 Timeline of incident ${number}, ${shown(incident.service, 80)}`;
  const build = (scale: number) => {
    const most = Math.max(4, Math.round(MOST * scale));
    const left = Math.max(0, events.length - most);
    const told = left === 0 ? events : [...events.slice(0, 2), ...events.slice(left + 2)];
    const items = told.map(event => lineOf(event, scale, nameOf));
    return [
      richText(
        line(bold(title)),
        list('bullet', items.length === 0 ? [[words('Nothing was recorded yet.')]] : items),
      ),
      richText(
        line(
          words(`${left > 0 ? `${moreWords(left)} left out here. ` : ''}All of it with its evidence: `),
          code('@staunch export'),
        ),
      ),
    ];
  };
  const spoken = events.slice(-5).map(({ text }) => shown(text, 150));
  return message(own`${title}. ${events.length} entries. The last: ${spoken.join(' ')}`, fitted(build));
}

function lineOf(
  { atMs, actor, text, evidence }: TimelineEvent,
  scale: number,
  nameOf: NameOf,
): RichTextElement[] {
  const fallback = `${clockWords(atMs, 'UTC')} UTC`;
  return [
    timeElement(atMs, TIME_FORMAT.daySecond, fallback),
    gapOf('  '),
    ...whoOf(actor, nameOf),
    words(` ${shown(text, Math.round(400 * Math.max(scale, 0.3)))}`),
    ...(evidence.length > 0 ? [gapOf('  '), code(evidence.slice(0, 3).join(' '))] : []),
  ];
}

/** Nobody is mentioned: a timeline pings nobody. */
function whoOf(actor: string, nameOf: NameOf): RichTextElement[] {
  if (actor === 'staunch') return [bold('Staunch:')];
  if (actor === 'server') return [bold('Servers:')];
  return [bold(`${PERSON.test(actor) ? shown(nameOf(actor) ?? actor, 60) : 'Somebody'}:`)];
}
