import type { ChartData, ChartMark } from './chart-data.ts';
import type { Panel } from './chart-panel.ts';
import { pixels, svgText, textWidth } from './svg-text.ts';
import { clockWords, dayWords, knownZone, readsAsUtc, zoneWords } from './time-words.ts';

const HOUR_MS = 3_600_000;
const FONT = 12;
/** Above this, a few labels among many would look as if those deaths mattered more. */
const MOST_LABELS = 24;

/** Time along the bottom in UTC, the reader's zone below it when it differs, and grid lines up through the panels. */
export function timeAxis(axis: Panel, panels: readonly Panel[], timeZone: string): string {
  const [from, to] = axis.time.domain();
  const fromMs = from?.getTime() ?? 0;
  const spanMs = (to?.getTime() ?? 0) - fromMs;
  const words = (atMs: number, zone: string): string => {
    if (spanMs > 60 * HOUR_MS) return dayWords(atMs, zone);
    if (spanMs > 20 * HOUR_MS && clockWords(atMs, zone, 'minute') === '00:00') return dayWords(atMs, zone);
    return clockWords(atMs, zone, spanMs <= 6 * 60_000 ? 'second' : 'minute');
  };
  const ticks = axis.time.ticks(spanMs <= 6 * 60_000 ? 6 : 8);
  const local = isLocalShown(axis, timeZone);
  const parts: string[] = [];
  let free = axis.left - 20;
  for (const tick of ticks) {
    const x = axis.time(tick);
    for (const { top, bottom } of panels) {
      parts.push(
        `<line x1="${pixels(x)}" x2="${pixels(x)}" y1="${top}" y2="${bottom}" stroke="${axis.theme.grid}" stroke-width="1"/>`,
      );
    }
    const label = words(tick.getTime(), 'UTC');
    const half = textWidth(label, FONT) / 2;
    if (x - half < free || x + half > axis.right + 22) continue;
    free = x + half + 10;
    parts.push(axisText(x, axis.bottom + 18, label, axis.theme.text));
    if (local) parts.push(axisText(x, axis.bottom + 34, words(tick.getTime(), timeZone), axis.theme.faint));
  }
  parts.push(
    `<text x="${axis.right}" y="${axis.bottom + 54}" font-size="${FONT}" text-anchor="end" fill="${axis.theme.faint}">${svgText(axisZone(axis, timeZone))}</text>`,
  );
  return parts.join('\n');
}

/** Days need no clocks of their own; a zone that reads as UTC needs no second row. */
function isLocalShown({ time }: Panel, timeZone: string): boolean {
  const [fromMs = 0, toMs = 0] = time.domain().map(Number);
  return !(readsAsUtc(fromMs, timeZone) && readsAsUtc(toMs, timeZone)) && toMs - fromMs <= 60 * HOUR_MS;
}

/** `times in UTC, below it Europe/Berlin (UTC+1)`. */
export function axisZone(axis: Panel, timeZone: string): string {
  const zone = zoneWords(Number(axis.time.domain()[0]), knownZone(timeZone));
  return `times in UTC${isLocalShown(axis, timeZone) ? `, below it ${zone}` : ''}`;
}

function axisText(x: number, y: number, label: string, colour: string): string {
  return `<text x="${pixels(x)}" y="${y}" font-size="${FONT}" text-anchor="middle" fill="${colour}">${svgText(label)}</text>`;
}

/** The marks of a chart, and what they mean. */
export function axisMarks(chart: ChartData, axis: Panel): string {
  const inside = (marks: readonly ChartMark[]) => marks.filter(mark => isInside(chart, mark)).length;
  return [markLines(chart, axis), legend(chart, inside(chart.kills), inside(chart.restarts), axis)].join(
    '\n',
  );
}

function isInside({ window }: Pick<ChartData, 'window'>, { atMs }: ChartMark): boolean {
  return atMs >= window.fromMs && atMs <= window.toMs;
}

/** Deaths of workers (triangles, solid lines) and restarts (squares, dashed lines) from top to bottom, with labels where they fit. */
export function markLines(chart: Pick<ChartData, 'window' | 'kills' | 'restarts'>, axis: Panel): string {
  const { theme, top, bottom } = axis;
  const kills = chart.kills.filter(kill => isInside(chart, kill));
  const restarts = chart.restarts.filter(restart => isInside(chart, restart));
  // Hundreds of lines would hide the bars behind them.
  const faint = kills.length > 40 ? 0.12 : kills.length > 12 ? 0.3 : 0.55;
  const parts: string[] = [];
  for (const { atMs } of restarts) {
    const x = axis.time(atMs);
    parts.push(
      `<line x1="${pixels(x)}" x2="${pixels(x)}" y1="${top}" y2="${bottom}" stroke="${theme.restart}" stroke-width="1.5" stroke-dasharray="5 4" opacity="0.8"/>`,
      `<rect x="${pixels(x - 4.5)}" y="${top - 10}" width="9" height="9" fill="${theme.restart}"/>`,
    );
  }
  for (const { atMs } of kills) {
    const x = axis.time(atMs);
    parts.push(
      `<line x1="${pixels(x)}" x2="${pixels(x)}" y1="${top}" y2="${bottom}" stroke="${theme.kill}" stroke-width="1.2" opacity="${faint}"/>`,
      `<path d="M${pixels(x - 5)},${top - 10}h10l-5,9z" fill="${theme.kill}"/>`,
    );
  }
  parts.push(...killLabels(kills, axis));
  return parts.join('\n');
}

/** Labels above the triangles; one that would touch its neighbour is left out, the numbers stand in the legend. */
function killLabels(kills: ChartData['kills'], axis: Panel): string[] {
  if (kills.length > MOST_LABELS) return [];
  let free = axis.left - 40;
  const parts: string[] = [];
  for (const { atMs, label } of kills) {
    const x = axis.time(atMs);
    const half = textWidth(label, 11) / 2;
    const middle = Math.min(x, axis.right + 16 - half);
    if (middle - half < free) continue;
    free = middle + half + 6;
    parts.push(
      `<text x="${pixels(middle)}" y="${axis.top - 15}" font-size="11" text-anchor="middle" fill="${axis.theme.kill}">${svgText(label, 24)}</text>`,
    );
  }
  return parts;
}

function legend(chart: ChartData, kills: number, restarts: number, axis: Panel): string {
  const { theme } = axis;
  const y = axis.bottom + 54;
  const with502 = chart.errors.some(step => step.http502 > 0);
  const with504 = chart.errors.some(step => step.http504 > 0);
  const square = (colour: string) => (x: number) =>
    `<rect x="${pixels(x)}" y="${y - 9}" width="10" height="10" fill="${colour}"/>`;
  const triangle = (x: number) => `<path d="M${pixels(x)},${y - 9}h10l-5,9z" fill="${theme.kill}"/>`;
  const entries: LegendEntry[] = [];
  if (with502) entries.push(['502', square(theme.http502)]);
  if (with504) entries.push(['504', square(theme.http504)]);
  if (kills > 0) entries.push([kills === 1 ? '1 worker death' : `${kills} worker deaths`, triangle]);
  if (restarts > 0)
    entries.push([restarts === 1 ? '1 restart' : `${restarts} restarts`, square(theme.restart)]);
  return legendRow(entries, axis, y);
}

/** A sign, drawn with its left side at `x`, and what it means. */
export type LegendEntry = readonly [label: string, sign: (x: number) => string];

/** What signs mean, in a row; `y` is the line that the words stand on. */
export function legendRow(entries: readonly LegendEntry[], axis: Panel, y: number): string {
  let x = axis.left;
  return entries
    .map(([label, sign]) => {
      const drawn = `${sign(x)}<text x="${pixels(x + 15)}" y="${y}" font-size="${FONT}" fill="${axis.theme.text}">${svgText(label)}</text>`;
      x += legendWidth(label);
      return drawn;
    })
    .join('\n');
}

/** What an entry takes of a row. */
export function legendWidth(label: string): number {
  return 15 + textWidth(label, FONT) + 18;
}
