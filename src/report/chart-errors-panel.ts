import { scaleLinear } from 'd3-scale';
import type { ChartData } from './chart-data.ts';
import { gridLine, type Panel, panelTitle } from './chart-panel.ts';
import { barsTitle, chartSteps, errorsPerStep, restWords } from './chart-steps.ts';
import { pixels } from './svg-text.ts';
import { durationWords } from './time-words.ts';

/** Narrower bars cannot be told apart; wider ones look like a plateau. */
const NARROWEST = 4;
const WIDEST = 26;

/** Bars of 502 (below) and 504 (on top of them) per step of time. */
export function errorsPanel(chart: ChartData, panel: Panel): string {
  const { left, right, top, bottom, theme } = panel;
  const steps = chartSteps(chart, Math.floor((right - left) / NARROWEST));
  const sums = errorsPerStep(chart, steps);
  const highest = Math.max(0, ...sums.map(({ http502, http504 }) => http502 + http504));
  const y = scaleLinear()
    .domain([0, Math.max(1, highest)])
    .range([bottom, top])
    .nice(4);
  const parts = [panelTitle(barsTitle(chart, durationWords(steps.stepMs)) + restWords(chart), panel)];
  for (const tick of y.ticks(4).filter(Number.isInteger)) parts.push(gridLine(y(tick), String(tick), panel));
  sums.forEach(({ http502, http504 }, index) => {
    const startMs = steps.startMs + index * steps.stepMs;
    const x0 = Math.max(left, panel.time(startMs));
    const x1 = Math.min(right, panel.time(startMs + steps.stepMs));
    const room = Math.max(2, x1 - x0);
    const width = Math.min(WIDEST, Math.max(2, room - (room > 6 ? 2 : 1)));
    // A bar stands where its step begins: kills are drawn at their own instant.
    const bar = (from: number, count: number, colour: string) =>
      `<rect x="${pixels(x0)}" y="${pixels(y(from + count))}" width="${pixels(width)}" height="${pixels(y(from) - y(from + count))}" fill="${colour}"/>`;
    if (http502 > 0) parts.push(bar(0, http502, theme.http502));
    if (http504 > 0) parts.push(bar(http502, http504, theme.http504));
  });
  if (highest === 0) {
    parts.push(
      `<text x="${pixels((left + right) / 2)}" y="${pixels((top + bottom) / 2)}" text-anchor="middle" fill="${theme.faint}" stroke="${theme.background}" stroke-width="6" paint-order="stroke">no 502 and no 504 in this window</text>`,
    );
  }
  return parts.join('\n');
}
