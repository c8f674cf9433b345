import { scaleUtc } from 'd3-scale';
import type { Eta, ServiceGrowth } from '../growth/growth-finding.ts';
import { arrivalOf } from './arrival.ts';
import { byteWords } from './byte-words.ts';
import { markLines, timeAxis } from './chart-axis.ts';
import { type Panel, panelTitle } from './chart-panel.ts';
import { CHART_THEMES, type ChartTheme } from './chart-theme.ts';
import { growthAltText } from './growth-alt-text.ts';
import { growthLegend } from './growth-legend.ts';
import { type GrowthLine, growthLines } from './growth-lines.ts';
import { type ColouredLine, growthPanel, isLimitDrawn } from './growth-panel.ts';
import {
  type First,
  firstOfAll,
  forecastOf,
  type GrowthPicture,
  pictureWindow,
  serversWords,
} from './growth-picture.ts';
import { limitWords } from './limit-words.ts';
import { pixels, svgText, textWidth } from './svg-text.ts';
import { instantWords, windowWords } from './time-words.ts';

export interface GrowthChartOptions {
  readonly theme?: 'light' | 'dark';
  /** The reader's zone; UTC is always drawn, the zone below it when it differs. */
  readonly timeZone?: string;
}

export interface GrowthChart {
  readonly svg: string;
  /** What it shows, in numbers, for people who do not see it. */
  readonly altText: string;
}

const WIDTH = 660;
const LEFT = 66;
const RIGHT = WIDTH - 24;
const TOP = 106;
const BOTTOM = 316;
/** Workers that get a colour and a place in the legend. */
const NAMED = 8;

/**
 * The memory of a service's workers as an SVG of 660 pixels' width: RSS of each, the limit of the one that reaches
 * it first, and the range in which it is expected there. The same data give the same bytes.
 */
export function growthChart(picture: GrowthPicture, options: GrowthChartOptions = {}): GrowthChart {
  const { growth } = picture;
  const theme = CHART_THEMES[options.theme ?? 'light'];
  const timeZone = options.timeZone ?? 'UTC';
  const first = firstOfAll(growth);
  const window = pictureWindow(picture);
  const kills = (picture.kills ?? []).filter(({ atMs }) => atMs >= window.fromMs);
  const lines = growthLines(growth, picture.units, window);
  const coloured = colouredLines(lines, growth, theme);
  const panel: Panel = {
    left: LEFT,
    right: RIGHT,
    top: TOP,
    bottom: BOTTOM,
    time: scaleUtc().domain([window.fromMs, window.toMs]).range([LEFT, RIGHT]),
    theme,
  };
  const marks = {
    window,
    kills: kills.map(({ atMs, kills: count }) => ({
      atMs,
      label: count === 1 ? 'OOM kill' : `${count} OOM kills`,
    })),
    restarts: [],
  };
  const legend = growthLegend(
    {
      lines: coloured,
      growing: growth.growing,
      forecast: isLimitDrawn(first, lines) && forecastOf(first, growth.atMs) !== undefined,
      kills: kills.length > 0,
    },
    panel,
    timeZone,
  );
  const height = BOTTOM + 54 + legend.height;
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="DejaVu Sans, sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${height}" fill="${theme.background}"/>`,
    heading(picture, first, theme, timeZone),
    panelTitle(panelWords(growth, lines, first), panel, TOP - 33),
    timeAxis(panel, [panel], timeZone),
    growthPanel(coloured, first, growth.atMs, panel),
    nowLine(growth.atMs, panel),
    markLines(marks, panel),
    legend.svg,
    '</svg>',
  ].join('\n');
  return { svg, altText: growthAltText(picture, timeZone) };
}

/** Colours are for workers that grow, the worst first; whoever does not grow, or has ended, is grey. */
function colouredLines(
  lines: readonly GrowthLine[],
  { workers }: ServiceGrowth,
  theme: ChartTheme,
): ColouredLine[] {
  const named = workers
    .filter(worker => worker.severity !== 'calm' || worker.bytesPerHour !== undefined)
    .slice(0, NAMED);
  return lines.map(line => {
    const at = line.worker === undefined ? -1 : named.indexOf(line.worker);
    return at < 0
      ? { line, colour: theme.sum, isNamed: false }
      : { line, colour: theme.workers[at % theme.workers.length] ?? theme.text, isNamed: true };
  });
}

function heading(
  { growth, units }: GrowthPicture,
  first: First | undefined,
  theme: ChartTheme,
  timeZone: string,
): string {
  const where = serversWords(units);
  const title = `Worker memory of ${growth.service}${where === '' ? '' : ` on ${where}`}`;
  const size = textWidth(title, 17) > WIDTH - 48 ? 14 : 17;
  const most = Math.floor((WIDTH - 48) / (size * 0.6));
  const shown = title.length > most ? `${title.slice(0, most - 1)}…` : title;
  const eta = forecastOf(first, growth.atMs);
  const when =
    eta === undefined
      ? `as of ${instantWords(growth.atMs, timeZone)}`
      : `${limitWords(growth)} expected ${arrivalWords(eta, growth.atMs, timeZone)}`;
  return [
    `<text x="24" y="30" font-size="${size}" font-weight="bold" fill="${theme.text}">${svgText(shown)}</text>`,
    `<text x="24" y="51" font-size="12" fill="${theme.faint}">${svgText(when, 200)}</text>`,
  ].join('\n');
}

function arrivalWords(eta: Eta, atMs: number, timeZone: string): string {
  const { fromMs, toMs } = arrivalOf(eta, atMs);
  return windowWords(fromMs, toMs, timeZone);
}

/** What the lines are, and what the dashed one means: workers share the unit's limit, so theirs is a part of it. */
function panelWords(growth: ServiceGrowth, lines: readonly GrowthLine[], first: First | undefined): string {
  const living = growth.workers.length;
  const who = `RSS of ${living} ${living === 1 ? 'worker' : 'workers'}`;
  if (first === undefined) return `${who}; no memory limit known`;
  if (!isLimitDrawn(first, lines)) return `${who}; far above them ${limitWords(growth)}`;
  const share = byteWords(first.limitBytes);
  return growth.limit === undefined
    ? `${who}; dashed: the limit of each, ${share}`
    : `${who}; dashed: ${share}, where pid ${first.pid} fills ${limitWords(growth)}`;
}

function nowLine(atMs: number, { time, top, bottom, theme }: Panel): string {
  const x = pixels(time(atMs));
  return [
    `<line x1="${x}" x2="${x}" y1="${top}" y2="${bottom}" stroke="${theme.text}" stroke-width="1.2"/>`,
    `<text x="${x}" y="${top - 6}" font-size="11" text-anchor="middle" fill="${theme.text}" stroke="${theme.background}" stroke-width="4" paint-order="stroke">now</text>`,
  ].join('\n');
}
