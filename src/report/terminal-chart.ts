import { scaleUtc } from 'd3-scale';
import type { ChartData, ChartMark } from './chart-data.ts';
import { barsTitle, type ChartSteps, chartSteps, errorsPerStep, stepAt } from './chart-steps.ts';
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

/** One step per column, or several columns per step. */
interface Grid {
  readonly steps: ChartSteps;
  readonly columnsPerStep: number;
  readonly columns: ChartSteps;
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

function gridOf(chart: ChartData, room: number): Grid {
  const steps = chartSteps(chart, room);
  const columnsPerStep = Math.max(1, Math.min(6, Math.floor(room / steps.count)));
  return {
    steps,
    columnsPerStep,
    columns: {
      startMs: steps.startMs,
      stepMs: steps.stepMs / columnsPerStep,
      count: steps.count * columnsPerStep,
    },
  };
}

/** Errors per column. A step that fills several columns fills each with its full count. */
function barsOf(chart: ChartData, grid: Grid): number[] {
  return errorsPerStep(chart, grid.steps).flatMap(({ http502, http504 }) =>
    new Array<number>(grid.columnsPerStep).fill(http502 + http504),
  );
}

function title(chart: ChartData, grid: Grid, timeZone: string): string {
  return `${barsTitle(chart, durationWords(grid.steps.stepMs))}, times in ${zoneWords(chart.window.fromMs, timeZone)}`;
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
    const column = stepAt(grid.columns, atMs);
    if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const row = Array.from({ length: grid.columns.count }, (_, column) => {
    const count = counts.get(column) ?? 0;
    if (count === 0) return ' ';
    return count === 1 ? single : count < 10 ? String(count) : '+';
  });
  return [`${padColumns(label, MARGIN)}${row.join('')}`.trimEnd()];
}

function axisRow(chart: ChartData, grid: Grid, timeZone: string): string {
  const spanMs = chart.window.toMs - grid.columns.startMs;
  const words = (atMs: number): string => {
    if (spanMs > 36 * 3_600_000) return dayWords(atMs, timeZone);
    return clockWords(atMs, timeZone, spanMs < 10 * 60_000 ? 'second' : 'minute');
  };
  const ticks = scaleUtc()
    .domain([grid.columns.startMs, chart.window.toMs])
    .ticks(Math.max(2, Math.floor(grid.columns.count / 16)));
  let row = ' '.repeat(MARGIN);
  for (const tick of ticks) {
    const column = stepAt(grid.columns, tick.getTime());
    const label = words(tick.getTime());
    // A label starts below its column; one that would touch its neighbour or leave the chart is left out.
    if (column === undefined || MARGIN + column + label.length > MARGIN + grid.columns.count + 2) continue;
    const start = MARGIN + column;
    if (row.length > MARGIN && start < row.length + 2) continue;
    row = `${row.padEnd(start)}${label}`;
  }
  return row;
}
