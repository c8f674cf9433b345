import { axisZone, legendRow, legendWidth } from './chart-axis.ts';
import type { Panel } from './chart-panel.ts';
import type { ColouredLine } from './growth-panel.ts';
import { pixels, textWidth } from './svg-text.ts';

/** What a legend has to explain. */
export interface Legend {
  readonly lines: readonly ColouredLine[];
  /** How many workers grow; those beyond the coloured ones are grey. */
  readonly growing: number;
  readonly forecast: boolean;
  readonly kills: boolean;
}

/** Draws a sign with its left side at `x`, for words on the line `y`. */
type Sign = (x: number, y: number) => string;
type Entry = readonly [label: string, sign: Sign];

const ROW = 22;
/** Where the axis says its zone, to the right of the first row. */
const FIRST = 54;

/** Signs, then workers, in as many rows as they need; `height` below the first row's line. */
export function growthLegend(
  legend: Legend,
  panel: Panel,
  timeZone: string,
): { readonly svg: string; readonly height: number } {
  const { left, right } = panel;
  const zone = textWidth(axisZone(panel, timeZone), 12);
  const rows: Entry[][] = [[]];
  let used = 0;
  for (const entry of entriesOf(legend, panel)) {
    const room = right - left + 18 - (rows.length === 1 ? zone : 0);
    if (used + legendWidth(entry[0]) > room) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push(entry);
    used += legendWidth(entry[0]);
  }
  const drawn = rows.map((row, at) => {
    const y = panel.bottom + FIRST + at * ROW;
    return legendRow(
      row.map(([label, sign]) => [label, (x: number) => sign(x, y)] as const),
      panel,
      y,
    );
  });
  return { svg: drawn.filter(row => row !== '').join('\n'), height: (rows.length - 1) * ROW + 18 };
}

function entriesOf({ lines, growing, forecast, kills }: Legend, { theme }: Panel): Entry[] {
  const stroke =
    (colour: string, weight: number): Sign =>
    (x, y) =>
      `<line x1="${pixels(x)}" x2="${pixels(x + 11)}" y1="${y - 4}" y2="${y - 4}" stroke="${colour}" stroke-width="${weight}"/>`;
  const square: Sign = (x, y) =>
    `<rect x="${pixels(x)}" y="${y - 9}" width="10" height="10" fill="${theme.limit}" opacity="0.35"/>`;
  const triangle: Sign = (x, y) => `<path d="M${pixels(x)},${y - 9}h10l-5,9z" fill="${theme.kill}"/>`;
  const servers = new Set(lines.map(({ line }) => line.server)).size;
  const named = lines.filter(({ isNamed }) => isNamed).toReversed();
  const unnamed = Math.max(0, growing - named.length);
  const grey = `no growth seen, or ended${unnamed > 0 ? `; also ${unnamed} more that ${unnamed === 1 ? 'grows' : 'grow'}` : ''}`;
  return [
    ...(forecast ? [['forecast', square] as const] : []),
    ...(kills ? [['OOM kill', triangle] as const] : []),
    ...named.map(
      ({ line, colour }): Entry => [
        `pid ${line.pid}${servers > 1 ? ` ${line.server}` : ''}`,
        stroke(colour, 2.6),
      ],
    ),
    ...(named.length < lines.length ? [[grey, stroke(theme.sum, 1.6)] as const] : []),
  ];
}
