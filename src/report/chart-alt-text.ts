import { byteWords } from './byte-words.ts';
import type { ChartData } from './chart-data.ts';
import { restWords } from './chart-steps.ts';
import { safeText } from './safe-text.ts';
import { clockWords, dayWords, durationWords, windowWords } from './time-words.ts';

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
    restartWords(chart),
    rssWords(chart),
  ];
  const text = sentences.filter(sentence => sentence !== '').join(' ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** An instant in UTC, with its day where the window spans several. */
function utcIn({ window }: ChartData, atMs: number): string {
  const day = window.toMs - window.fromMs > 20 * 3_600_000 ? `${dayWords(atMs, 'UTC')} ` : '';
  return `${day}${clockWords(atMs, 'UTC')} UTC`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function restartWords(chart: ChartData): string {
  const [first] = chart.restarts;
  return first === undefined
    ? ''
    : `${plural(chart.restarts.length, 'restart')}, the first at ${utcIn(chart, first.atMs)}.`;
}

function errorWords(chart: ChartData): string {
  const { window, stepMs } = chart;
  const errors = chart.errors.filter(({ atMs }) => atMs + stepMs > window.fromMs && atMs <= window.toMs);
  const total502 = errors.reduce((sum, step) => sum + step.http502, 0);
  const total504 = errors.reduce((sum, step) => sum + step.http504, 0);
  if (total502 + total504 === 0) return 'No 502 and no 504.';
  const most = errors.reduce((best, step) =>
    step.http502 + step.http504 > best.http502 + best.http504 ? step : best,
  );
  const step = durationWords(stepMs).replace(/^1 /, '');
  return `Status 502: ${total502}, status 504: ${total504}; at most ${most.http502 + most.http504} per ${step}, at ${utcIn(chart, most.atMs)}${restWords(chart)}.`;
}

function killWords(chart: ChartData): string {
  const { kills } = chart;
  if (kills.length === 0) return 'No death of a worker.';
  const named = kills
    .slice(0, NAMED_KILLS)
    .map(kill => `${safeText(kill.label, 40)} at ${utcIn(chart, kill.atMs)}`);
  const more = kills.length - NAMED_KILLS;
  return `${plural(kills.length, 'worker death')}: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

function rssWords(chart: ChartData): string {
  const { workers, limitBytes, window } = chart;
  const limit = limitBytes === undefined ? '' : ` The memory limit of the unit is ${byteWords(limitBytes)}.`;
  const points = workers.flatMap(({ pid, points: all }) =>
    all.filter(({ atMs }) => atMs >= window.fromMs && atMs <= window.toMs).map(point => ({ pid, ...point })),
  );
  const [first, ...rest] = points;
  if (first === undefined) return limit.trim();
  const highest = rest.reduce((best, point) => (point.rssBytes > best.rssBytes ? point : best), first);
  const pids = new Set(points.map(({ pid }) => pid)).size;
  return `RSS of ${plural(pids, 'worker')}, at most ${byteWords(highest.rssBytes)} (pid ${highest.pid} at ${utcIn(chart, highest.atMs)}).${limit}`;
}
