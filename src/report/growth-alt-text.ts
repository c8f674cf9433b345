import type { WorkerGrowth } from '../growth/growth-finding.ts';
import { arrivalOf } from './arrival.ts';
import { byteWords } from './byte-words.ts';
import { growthHeadline } from './growth-headline.ts';
import { firstOfAll, forecastOf, type GrowthPicture, serversWords } from './growth-picture.ts';
import { limitWords } from './limit-words.ts';
import { safeText } from './safe-text.ts';
import { clockWords, dayWords, windowWords } from './time-words.ts';

/** Slack takes 2,000 characters for an image; a screen reader wants far fewer. */
const LONGEST = 1_000;
const NAMED = 4;

/** What the chart of a warning shows, in numbers, for people who do not see it. */
export function growthAltText(picture: GrowthPicture, timeZone = 'UTC'): string {
  const { growth, units, kills = [] } = picture;
  const first = firstOfAll(growth);
  const forecast = forecastOf(first, growth.atMs);
  const eta = forecast && arrivalOf(forecast, growth.atMs);
  const where = serversWords(units);
  const named = growth.workers.slice(0, NAMED).map(workerWords);
  const more = growth.workers.length - named.length;
  const killed = kills.reduce((sum, each) => sum + each.kills, 0);
  const headline = growthHeadline(growth);
  const sentences = [
    `RSS of the workers${where === '' ? '' : ` on ${safeText(where, 80)}`}, as of ${dayWords(growth.atMs, 'UTC')} ${clockWords(growth.atMs, 'UTC', 'minute')} UTC: ${safeText(headline, 160)}.`,
    eta === undefined
      ? ''
      : `${capital(limitWords(growth))} expected ${windowWords(eta.fromMs, eta.toMs, timeZone)}.`,
    `${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
    killed === 0 ? '' : `${killed} ${killed === 1 ? 'worker was' : 'workers were'} OOM-killed.`,
  ];
  const text = sentences.filter(sentence => sentence.length > 1).join(' ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function workerWords({ pid, nowBytes, bytesPerHour, limitBytes }: WorkerGrowth): string {
  const speed = bytesPerHour === undefined ? '' : `, growing ${byteWords(bytesPerHour)} per hour`;
  const limit = limitBytes === undefined ? '' : `, limit ${byteWords(limitBytes)}`;
  return `pid ${pid}: ${byteWords(nowBytes)}${speed}${limit}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
