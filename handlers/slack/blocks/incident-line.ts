import type { RichTextElement } from '@slack/types';
import { clockWords } from '../../../src/report/time-words.ts';
import type { Standing } from '../../../src/workflows/incident-ports.ts';
import { bold, timeElement, words } from './block-parts.ts';
import { shown, TIME_FORMAT } from './slack-text.ts';
import { SEVERITY_WORDS, STATE_WORDS } from './standing-blocks.ts';
import type { NameOf } from './timeline-message.ts';

/** An incident among others: what it is called, how it stands, who has it and what comes next. */
export function incidentLine(standing: Standing, nameOf: NameOf, scale = 1): RichTextElement[] {
  const { number, incident, state, severity, owner, card, notice } = standing;
  const todo =
    card?.step === undefined ? '' : ` Next: ${shown(card.step.title, 100).replace(/[^.?!]$/, '$&.')}`;
  const fires = notice === undefined ? '' : ` ${shown(notice, Math.round(200 * scale))}`;
  return [
    bold(`${number} ${shown(incident.service, 80)}`),
    words(` ${STATE_WORDS[state]}, severity ${SEVERITY_WORDS[severity]}, `),
    // Names are not kept, and nobody is pinged by a list.
    words(owner === undefined ? 'nobody has taken it' : `owner ${shown(nameOf(owner) ?? owner, 60)}`),
    words(`, open since `),
    instantElement(incident.openedAtMs),
    words(`.${todo}${fires}`),
  ];
}

/** An instant of these days, in the reader's zone. */
export function instantElement(atMs: number): RichTextElement {
  return timeElement(atMs, TIME_FORMAT.dayMinute, `${clockWords(atMs, 'UTC', 'minute')} UTC`);
}
