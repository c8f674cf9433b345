import { byteWords } from './byte-words.ts';
import type { ChartData } from './chart-data.ts';
import { safeText } from './safe-text.ts';
import { clockWords, durationWords, windowWords } from './time-words.ts';

/** Slack takes 2,000 characters for an image; a screen reader wants far fewer. */
const LONGEST = 1_000;
const NAMED_KILLS = 4;

/** What the chart shows, in numbers, for people who do not see it. */
export function chartAltText(chart: ChartData, timeZone = 'UTC'): string {
  const where =
    chart.servers.length === 0 ? '' : ` on ${chart.servers.map(server => safeText(server, 60)).join(', ')}`;
  const sentences = [
    `${safeText(chart.unit, 80)}${where}, ${windowWords(chart.window.fromMs, chart.window.toMs, timeZone)}.`,
    errorWords(chart),
    killWords(chart),
    chart.restarts.length === 0
      ? ''
      : `${plural(chart.restarts.length, 'restart')}, the first at ${utc(chart.restarts[0])}.`,
    rssWords(chart),
  ];
  const text = sentences.filter(sentence => sentence !== '').join(' ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function utc(mark: { atMs: number } | undefined): string {
  return mark === undefined ? 'an unknown time' : `${clockWords(mark.atMs, 'UTC')} UTC`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function errorWords({ errors, stepMs }: ChartData): string {
  const total502 = errors.reduce((sum, step) => sum + step.http502, 0);
  const total504 = errors.reduce((sum, step) => sum + step.http504, 0);
  if (total502 + total504 === 0) return 'No 502 and no 504.';
  const most = errors.reduce((best, step) =>
    step.http502 + step.http504 > best.http502 + best.http504 ? step : best,
  );
  const step = durationWords(stepMs).replace(/^1 /, '');
  return `Status 502: ${total502}, status 504: ${total504}; at most ${most.http502 + most.http504} per ${step}, at ${utc(most)}.`;
}

function killWords({ kills }: ChartData): string {
  if (kills.length === 0) return 'No death of a worker.';
  const named = kills.slice(0, NAMED_KILLS).map(kill => `${safeText(kill.label, 40)} at ${utc(kill)}`);
  const more = kills.length - NAMED_KILLS;
  return `${plural(kills.length, 'death')} of workers: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

function rssWords({ workers, limitBytes, window }: ChartData): string {
  const limit = limitBytes === undefined ? '' : ` The memory limit of the unit is ${byteWords(limitBytes)}.`;
  const points = workers.flatMap(({ pid, points: all }) =>
    all.filter(({ atMs }) => atMs >= window.fromMs && atMs <= window.toMs).map(point => ({ pid, ...point })),
  );
  const [first, ...rest] = points;
  if (first === undefined) return limit.trim();
  const highest = rest.reduce((best, point) => (point.rssBytes > best.rssBytes ? point : best), first);
  const pids = new Set(points.map(({ pid }) => pid)).size;
  return `RSS of ${plural(pids, 'worker')}, at most ${byteWords(highest.rssBytes)} (pid ${highest.pid} at ${utc(highest)}).${limit}`;
}
