import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { byteWords } from './byte-words.ts';
import type { ChartData } from './chart-data.ts';
import { gridLine, type Panel, panelTitle } from './chart-panel.ts';
import { type RssLine, type RssPoint, rssSum } from './rss-lines.ts';
import { pixels, svgText } from './svg-text.ts';

const MEGABYTE = 1_048_576;
/** A limit this many times above everything drawn would press the lines flat: it is said and not drawn. */
const FAR_ABOVE = 3;

/** RSS of each worker, their sum, and the unit's limit that the sum runs into. */
export function rssPanel(chart: ChartData, lines: readonly RssLine[], panel: Panel): string {
  const { left, right, top, bottom, theme } = panel;
  const sum = lines.length > 1 ? rssSum(chart) : [];
  const highest = Math.max(
    MEGABYTE,
    ...[...lines.flatMap(each => each.pieces.flat()), ...sum.flat()].map(p => p.rssBytes),
  );
  const limit = chart.limitBytes;
  const drawLimit = limit !== undefined && limit <= highest * FAR_ABOVE;
  const y = scaleLinear()
    .domain([0, (Math.max(highest, drawLimit ? limit : 0) * 1.06) / MEGABYTE])
    .range([bottom, top]);
  const path = line<RssPoint>()
    .x(point => Math.round(panel.time(point.atMs) * 10) / 10)
    .y(point => Math.round(y(point.rssBytes / MEGABYTE) * 10) / 10);
  const parts = [panelTitle(panelWords(lines.length, sum.length > 0, limit, drawLimit), panel, top - 12)];
  for (const tick of y.ticks(3)) parts.push(gridLine(y(tick), tickWords(tick), panel));
  for (const piece of sum.filter(points => points.length > 1)) {
    parts.push(
      `<path d="${path([...piece]) ?? ''}" fill="none" stroke="${theme.sum}" stroke-width="2.4" opacity="0.75"/>`,
    );
  }
  lines.forEach(({ pieces }, index) => {
    const colour = theme.workers[index % theme.workers.length] ?? theme.text;
    for (const piece of pieces) parts.push(...pieceOf(piece, path, colour, panel, y));
  });
  if (drawLimit) {
    const at = y(limit / MEGABYTE);
    parts.push(
      `<line x1="${left}" x2="${right}" y1="${pixels(at)}" y2="${pixels(at)}" stroke="${theme.limit}" stroke-width="1.8" stroke-dasharray="8 4"/>`,
    );
  }
  return parts.join('\n');
}

function pieceOf(
  piece: readonly RssPoint[],
  path: (points: RssPoint[]) => string | null,
  colour: string,
  panel: Panel,
  y: (megabytes: number) => number,
): string[] {
  const [only] = piece;
  // A worker that lived for one sample only is a dot; a path of one point is invisible.
  if (piece.length === 1 && only !== undefined) {
    return [
      `<circle cx="${pixels(panel.time(only.atMs))}" cy="${pixels(y(only.rssBytes / MEGABYTE))}" r="2.2" fill="${colour}"/>`,
    ];
  }
  return [`<path d="${path([...piece]) ?? ''}" fill="none" stroke="${colour}" stroke-width="1.7"/>`];
}

function panelWords(workers: number, withSum: boolean, limit: number | undefined, drawn: boolean): string {
  const who =
    workers === 1
      ? 'RSS of 1 worker'
      : `RSS of ${workers} workers${withSum ? ', grey: their sum (shared pages count for each)' : ''}`;
  if (limit === undefined) return `${who}; no memory limit known`;
  return `${who}; ${drawn ? 'dashed: limit' : 'limit, far above:'} ${svgText(byteWords(limit))}`;
}

function tickWords(megabytes: number): string {
  return megabytes === 0 ? '0' : byteWords(megabytes * MEGABYTE);
}
