import { scaleUtc } from 'd3-scale';
import type { ChartData, ChartMark } from './chart-data.ts';
import { padColumns } from './text-layout.ts';
import { clockWords, dayWords, durationWords, zoneWords } from './time-words.ts';

export interface TerminalChartOptions {
  readonly columns: number;
  readonly timeZone: string;
  /** Draw with ASCII only, for terminals and files that cannot show blocks. */
  readonly ascii?: boolean;
}

const BLOCKS = ' ▁▂▃▄▅▆▇█';
const ASCII_LEVELS = ' .:-=+*%#';
const LEVELS = 8;
const BAR_ROWS = 2;
const MARGIN = 7;
const WIDEST = 96;

/** The window cut into equal columns; `stepsPerColumn` or `columnsPerStep` is 1. */
interface Grid {
  readonly startMs: number;
  readonly stepsPerColumn: number;
  readonly columnsPerStep: number;
  readonly columnMs: number;
  readonly width: number;
}

/**
 * Errors over time in four to six lines: bars, deaths of workers below them (a cross, or their number),
 * restarts (`R`), and the time. Empty when there is nothing to draw or no room for it.
 */
export function terminalChart(chart: ChartData, options: TerminalChartOptions): string[] {
  const empty = chart.errors.length === 0 && chart.kills.length === 0 && chart.restarts.length === 0;
  const room = Math.min(options.columns - MARGIN, WIDEST);
  if (empty || room < 24 || chart.window.toMs <= chart.window.fromMs) return [];
  const grid = gridOf(chart, room);
  const bars = barsOf(chart, grid);
  const highest = Math.max(...bars);
  const lines = [title(chart, grid, options.timeZone)];
  const rows = highest <= 2 ? 1 : BAR_ROWS;
  for (let row = rows - 1; row >= 0; row--) {
    const pieces = bars.map(count => barPiece((count / highest) * rows, row, options.ascii === true));
    const label = row === rows - 1 && highest > 0 ? String(highest) : '';
    lines.push(`${label.padStart(MARGIN - 2)} ${options.ascii ? '|' : '│'}${pieces.join('')}`.trimEnd());
  }
  lines.push(...markRow('deaths', chart.kills, grid, options.ascii ? 'x' : '×'));
  lines.push(...markRow('starts', chart.restarts, grid, 'R'));
  lines.push(axisRow(chart, grid, options.timeZone));
  return lines;
}

function gridOf({ window, stepMs }: ChartData, room: number): Grid {
  const startMs = Math.floor(window.fromMs / stepMs) * stepMs;
  const steps = Math.max(1, Math.ceil((window.toMs - startMs) / stepMs));
  const stepsPerColumn = roundSteps(Math.ceil(steps / room), stepMs);
  const columnsPerStep = Math.max(1, Math.min(6, Math.floor(room / steps)));
  return {
    startMs,
    stepsPerColumn,
    columnsPerStep,
    columnMs: (stepMs * stepsPerColumn) / columnsPerStep,
    width: Math.ceil(steps / stepsPerColumn) * columnsPerStep,
  };
}

/** Widths of a column that people can say: 5 minutes, not 7. */
const ROUND_MS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
].map(seconds => seconds * 1_000);

function roundSteps(least: number, stepMs: number): number {
  const round = ROUND_MS.find(ms => ms >= least * stepMs && ms % stepMs === 0);
  return round === undefined ? least : round / stepMs;
}

function columnAt(grid: Grid, atMs: number): number | undefined {
  const column = Math.floor((atMs - grid.startMs) / grid.columnMs);
  return column >= 0 && column < grid.width ? column : undefined;
}

/** Errors per column. A step that fills several columns fills each with its full count. */
function barsOf(chart: ChartData, grid: Grid): number[] {
  const bars = new Array<number>(grid.width).fill(0);
  for (const step of chart.errors) {
    const first = columnAt(grid, step.atMs);
    if (first === undefined) continue;
    for (let column = first; column < Math.min(first + grid.columnsPerStep, grid.width); column++) {
      bars[column] = (bars[column] ?? 0) + step.http502 + step.http504;
    }
  }
  return bars;
}

function title(chart: ChartData, grid: Grid, timeZone: string): string {
  const with502 = chart.errors.some(step => step.http502 > 0);
  const with504 = chart.errors.some(step => step.http504 > 0);
  const what = with502 && with504 ? '502 and 504' : with504 ? '504' : '502';
  const bar = durationWords(chart.stepMs * grid.stepsPerColumn);
  const per = bar === '1 min' ? 'minute' : bar === '1 s' ? 'second' : bar;
  return `${what} per ${per}, times in ${zoneWords(chart.window.fromMs, timeZone)}`;
}

/** The piece of a bar that is `height` rows high which stands in `row`, counted from below. */
function barPiece(height: number, row: number, ascii: boolean): string {
  if (!(height > 0)) return ' ';
  // One error must be seen however high the highest bar is.
  const filled = Math.max(1, Math.round(height * LEVELS)) - row * LEVELS;
  return (ascii ? ASCII_LEVELS : BLOCKS).charAt(Math.min(LEVELS, Math.max(0, filled)));
}

function markRow(label: string, marks: readonly ChartMark[], grid: Grid, single: string): string[] {
  const counts = new Map<number, number>();
  for (const { atMs } of marks) {
    const column = columnAt(grid, atMs);
    if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const row = Array.from({ length: grid.width }, (_, column) => {
    const count = counts.get(column) ?? 0;
    if (count === 0) return ' ';
    return count === 1 ? single : count < 10 ? String(count) : '+';
  });
  return [`${padColumns(label, MARGIN)}${row.join('')}`.trimEnd()];
}

function axisRow(chart: ChartData, grid: Grid, timeZone: string): string {
  const spanMs = chart.window.toMs - grid.startMs;
  const words = (atMs: number): string => {
    if (spanMs > 36 * 3_600_000) return dayWords(atMs, timeZone);
    return clockWords(atMs, timeZone, spanMs < 10 * 60_000 ? 'second' : 'minute');
  };
  const ticks = scaleUtc()
    .domain([grid.startMs, chart.window.toMs])
    .ticks(Math.max(2, Math.floor(grid.width / 16)));
  let row = ' '.repeat(MARGIN);
  for (const tick of ticks) {
    const column = columnAt(grid, tick.getTime());
    const label = words(tick.getTime());
    // A label starts below its column; one that would touch its neighbour or leave the chart is left out.
    if (column === undefined || MARGIN + column + label.length > MARGIN + grid.width + 2) continue;
    const start = MARGIN + column;
    if (row.length > MARGIN && start < row.length + 2) continue;
    row = `${row.padEnd(start)}${label}`;
  }
  return row;
}
