import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { Eta } from '../growth/growth-finding.ts';
import { byteWords } from './byte-words.ts';
import { gridLine, type Panel } from './chart-panel.ts';
import type { GrowthLine } from './growth-lines.ts';
import { type First, forecastOf } from './growth-picture.ts';
import type { RssPoint } from './rss-lines.ts';
import { pixels } from './svg-text.ts';

const MEGABYTE = 1_048_576;
/** A limit this many times above everything drawn would press the lines flat: it is said and not drawn. */
const FAR_ABOVE = 3;

/** A line with its colour; grey lines are of workers that do not grow, or have ended. */
export interface ColouredLine {
  readonly line: GrowthLine;
  readonly colour: string;
  /** It has a colour of its own and a place in the legend. */
  readonly isNamed: boolean;
}

/** True when the limit of the worker is near enough to be drawn. */
export function isLimitDrawn(first: First | undefined, lines: readonly GrowthLine[]): first is First {
  return first !== undefined && first.limitBytes <= highestOf(lines) * FAR_ABOVE;
}

/** RSS of each worker over time, the limit of the first, and where its growth leads until then. */
export function growthPanel(
  lines: readonly ColouredLine[],
  first: First | undefined,
  nowMs: number,
  panel: Panel,
): string {
  const { left, right, top, bottom, theme } = panel;
  const drawn = lines.map(each => each.line);
  const limit = isLimitDrawn(first, drawn) ? first : undefined;
  const y = scaleLinear()
    .domain([0, (Math.max(highestOf(drawn), limit?.limitBytes ?? 0) * 1.08) / MEGABYTE])
    .range([bottom, top]);
  const at = (atMs: number, bytes: number) =>
    `${pixels(Math.min(right, Math.max(left, panel.time(atMs))))},${pixels(y(bytes / MEGABYTE))}`;
  const path = line<RssPoint>()
    .x(point => Math.round(panel.time(point.atMs) * 10) / 10)
    .y(point => Math.round(y(point.rssBytes / MEGABYTE) * 10) / 10);
  const parts = y
    .ticks(4)
    .map(tick => gridLine(y(tick), tick === 0 ? '0' : byteWords(tick * MEGABYTE), panel));
  const eta = forecastOf(limit, nowMs);
  if (limit !== undefined && eta !== undefined) parts.push(forecast(limit, eta, nowMs, at, panel));
  for (const { line: worker, colour, isNamed } of lines) {
    for (const piece of worker.pieces) {
      const [only] = piece;
      // A worker with one sample is a dot; a path of one point is invisible.
      if (piece.length === 1 && only !== undefined)
        parts.push(
          `<circle cx="${pixels(panel.time(only.atMs))}" cy="${pixels(y(only.rssBytes / MEGABYTE))}" r="2.2" fill="${colour}"/>`,
        );
      else
        parts.push(
          `<path d="${path([...piece]) ?? ''}" fill="none" stroke="${colour}" stroke-width="${isNamed ? 2.1 : 1.1}"/>`,
        );
    }
  }
  if (limit !== undefined) {
    const height = pixels(y(limit.limitBytes / MEGABYTE));
    parts.push(
      `<line x1="${left}" x2="${right}" y1="${height}" y2="${height}" stroke="${theme.limit}" stroke-width="1.8" stroke-dasharray="8 4"/>`,
    );
  }
  return parts.join('\n');
}

/** From now to the earliest and the latest arrival: what lies between is as sure as the judgement. */
function forecast(
  { nowBytes, limitBytes }: First,
  { fromMs, toMs }: Eta,
  nowMs: number,
  at: (atMs: number, bytes: number) => string,
  { time, right, theme }: Panel,
): string {
  const lastMs = time.invert(right).getTime();
  // Where the latest arrival lies beyond the chart, the band is cut where the chart ends.
  const cut =
    toMs <= lastMs
      ? []
      : [at(lastMs, nowBytes + ((limitBytes - nowBytes) * (lastMs - nowMs)) / (toMs - nowMs))];
  const corners = [
    at(nowMs, nowBytes),
    at(fromMs, limitBytes),
    at(Math.min(toMs, lastMs), limitBytes),
    ...cut,
  ];
  return [
    `<polygon points="${corners.join(' ')}" fill="${theme.limit}" opacity="0.18"/>`,
    `<path d="M${corners[1]}L${corners[2]}" fill="none" stroke="${theme.limit}" stroke-width="6" opacity="0.6"/>`,
  ].join('\n');
}

function highestOf(lines: readonly GrowthLine[]): number {
  let highest = MEGABYTE;
  for (const { pieces } of lines)
    for (const piece of pieces) for (const { rssBytes } of piece) if (rssBytes > highest) highest = rssBytes;
  return highest;
}
