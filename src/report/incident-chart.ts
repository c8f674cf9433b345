import { scaleUtc } from 'd3-scale';
import { axisMarks, timeAxis } from './chart-axis.ts';
import type { ChartData } from './chart-data.ts';
import { errorsPanel } from './chart-errors-panel.ts';
import type { Panel } from './chart-panel.ts';
import { rssPanel } from './chart-rss-panel.ts';
import { CHART_THEMES, type ChartTheme } from './chart-theme.ts';
import { rssLines } from './rss-lines.ts';
import { svgText, textWidth } from './svg-text.ts';
import { windowWords } from './time-words.ts';

export interface IncidentChartOptions {
  readonly theme?: 'light' | 'dark';
  /** The reader's zone; UTC is always drawn, the zone below it when it differs. */
  readonly timeZone?: string;
  /** The first line; the unit and its servers when not said. */
  readonly title?: string;
}

/** Threads show pictures about 500 pixels wide: letters of a wider drawing could not be read there. */
const WIDTH = 660;
const HEIGHT = 430;
const LEFT = 66;
const RIGHT = WIDTH - 24;

/**
 * The incident as an SVG of 660 by 430: bars of 502 and 504, deaths of workers and restarts through both
 * panels, and RSS per worker with the unit's limit where samples exist. The same data give the same bytes.
 */
export function incidentChart(chart: ChartData, options: IncidentChartOptions = {}): string {
  const theme = CHART_THEMES[options.theme ?? 'light'];
  const timeZone = options.timeZone ?? 'UTC';
  const fromMs = chart.window.fromMs;
  const toMs = Math.max(chart.window.toMs, fromMs + 1_000);
  const time = scaleUtc().domain([fromMs, toMs]).range([LEFT, RIGHT]);
  const lines = rssLines(chart);
  const twoPanels = lines.length > 0;
  const top: Panel = { left: LEFT, right: RIGHT, top: 100, bottom: twoPanels ? 204 : 368, time, theme };
  const below: Panel = { ...top, top: 240, bottom: 368 };
  const axisPanel = { ...top, bottom: 368 };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="DejaVu Sans, sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="${theme.background}"/>`,
    heading(chart, options, theme, timeZone),
    timeAxis(axisPanel, twoPanels ? [top, below] : [top], timeZone),
    axisMarks(chart, axisPanel),
    errorsPanel(chart, top),
    twoPanels ? rssPanel(chart, lines, below) : '',
    '</svg>',
  ].join('\n');
}

function heading(
  chart: ChartData,
  options: IncidentChartOptions,
  theme: ChartTheme,
  timeZone: string,
): string {
  const servers = chart.servers.length > 3 ? `${chart.servers.length} servers` : chart.servers.join(', ');
  const title = options.title ?? (servers === '' ? chart.unit : `${chart.unit} on ${servers}`);
  const size = textWidth(title, 17) > WIDTH - 48 ? 14 : 17;
  const most = Math.floor((WIDTH - 48) / (size * 0.6));
  const shown = title.length > most ? `${title.slice(0, most - 1)}…` : title;
  const when = windowWords(chart.window.fromMs, chart.window.toMs, timeZone);
  return [
    `<text x="24" y="30" font-size="${size}" font-weight="bold" fill="${theme.text}">${svgText(shown)}</text>`,
    `<text x="24" y="51" font-size="12" fill="${theme.faint}">${svgText(when, 200)}</text>`,
  ].join('\n');
}
