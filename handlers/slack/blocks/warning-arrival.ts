import type { RichTextElement } from '@slack/types';
import type { ServiceGrowth } from '../../../src/growth/growth-finding.ts';
import { limitWords } from '../../../src/report/limit-words.ts';
import { arrivalElements, arrivalUtc, rangeUtc } from './arrival-parts.ts';
import { bold, words } from './block-parts.ts';

/** What is reached and when, by the reader's clock and in UTC. */
export function arrivalLine(growth: ServiceGrowth): RichTextElement[] {
  const { eta, atMs } = growth;
  if (eta === undefined) return [bold(`${full(growth)}.`)];
  return [
    bold(`The first reaches ${limitWords(growth)} `),
    ...arrivalElements(eta, atMs).map(
      (element): RichTextElement =>
        element.type === 'text' || element.type === 'date' ? { ...element, style: { bold: true } } : element,
    ),
    words(` your time · ${rangeUtc(eta, atMs)}`),
  ];
}

/** The same as text. */
export function arrivalText(growth: ServiceGrowth): string {
  const { eta, atMs } = growth;
  return eta === undefined
    ? `${full(growth)}.`
    : `The first reaches ${limitWords(growth)} ${arrivalUtc(eta, atMs)}.`;
}

/** Critical without growth: it is there already, and nobody can say when it goes over. */
function full(growth: ServiceGrowth): string {
  const limit = limitWords(growth);
  return `${limit.charAt(0).toUpperCase()}${limit.slice(1)} is almost used up`;
}
