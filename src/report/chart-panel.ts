import type { ScaleTime } from 'd3-scale';
import type { ChartTheme } from './chart-theme.ts';
import { pixels, svgText } from './svg-text.ts';

/** Where a panel lies and what it is drawn with. */
export interface Panel {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly time: ScaleTime<number, number>;
  readonly theme: ChartTheme;
}

/** What a panel shows, above its left corner; the halo keeps lines that pass behind it from striking it through. */
export function panelTitle(title: string, { left, top, theme }: Panel, y: number = top - 30): string {
  return `<text x="${left - 42}" y="${y}" font-size="12" font-weight="bold" fill="${theme.text}" stroke="${theme.background}" stroke-width="5" paint-order="stroke">${svgText(title)}</text>`;
}

/** A horizontal line of the grid with its value on the left. */
export function gridLine(y: number, label: string, { left, right, theme }: Panel): string {
  return [
    `<line x1="${left}" x2="${right}" y1="${pixels(y)}" y2="${pixels(y)}" stroke="${theme.grid}" stroke-width="1"/>`,
    `<text x="${left - 8}" y="${pixels(y + 4)}" font-size="12" text-anchor="end" fill="${theme.faint}">${svgText(label)}</text>`,
  ].join('\n');
}
