import { describe, expect, it } from 'vitest';
import { chartAltText } from '../../src/report/chart-alt-text.ts';
import type { ChartData } from '../../src/report/chart-data.ts';
import { incidentChart } from '../../src/report/incident-chart.ts';
import { terminalChart } from '../../src/report/terminal-chart.ts';
import { oomChart, twoHourChart } from './charts.ts';

const MB = 1_048_576;
const fromMs = oomChart().window.fromMs;
const withRss: ChartData = {
  ...oomChart(),
  workers: [830, 840].map((pid, index) => ({
    pid,
    points: Array.from({ length: 80 }, (_, step) => ({
      atMs: fromMs + step * 1_000,
      rssBytes: (30 + step + index) * MB,
    })),
  })),
};
const week: ChartData = { ...twoHourChart(), window: { fromMs, toMs: fromMs + 7 * 86_400_000 } };
const empty: ChartData = { ...oomChart(), errors: [], kills: [] };
const instant: ChartData = { ...oomChart(), window: { fromMs, toMs: fromMs } };
const shapes = [
  ['kills at every other second', oomChart()],
  ['memory', withRss],
  ['a week', week],
  ['nothing', empty],
  ['no length', instant],
] as const;

describe.each(shapes)('a chart of %s', (_name, chart) => {
  it.each(['light', 'dark'] as const)('is well-formed and inside its frame, %s', theme => {
    const svg = incidentChart(chart, { theme, timeZone: 'Europe/Berlin' });
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const opened = svg.match(/<(?!\/)[a-z]+(?=[\s>])[^>]*[^/]>/g)?.length;
    expect(svg.match(/<\/[a-z]+>/g)).toHaveLength(opened ?? -1);
    for (const [, x] of svg.matchAll(/ x[12]?="(-?[\d.]+)"/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(0);
      expect(Number(x)).toBeLessThanOrEqual(660);
    }
  });

  it('has a text for those who do not see it', () => {
    const text = chartAltText(chart);
    expect(text.length).toBeLessThanOrEqual(1_000);
    expect(text).toMatch(/^(gunicorn|checkout)\.service on web-1/);
  });
});

describe('the chart', () => {
  it('marks each death and says how many', () => {
    const svg = incidentChart(oomChart());
    expect(svg.match(/<path d="M[\d.]+,90h10/g)).toHaveLength(9);
    expect(svg).toContain('9 worker deaths');
  });

  it('draws the limit when memory is near it and only says it when it is far above', () => {
    expect(incidentChart(withRss)).toContain('dashed: limit 224 MB');
    expect(incidentChart({ ...withRss, limitBytes: 8 * 1024 * MB })).toContain('limit, far above: 8 GB');
    expect(incidentChart(withRss).match(/stroke-dasharray="8 4"/g)).toHaveLength(1);
  });

  it('breaks the line of a worker where samples are missing', () => {
    const [worker] = withRss.workers;
    const points = worker?.points.filter((_, step) => step < 20 || step > 50) ?? [];
    const svg = incidentChart({ ...withRss, workers: [{ pid: 830, points }] });
    expect(svg.match(/fill="none"/g)).toHaveLength(2);
  });

  it('draws samples in the order of time, in whatever order they came', () => {
    const turned = withRss.workers.map(worker => ({ ...worker, points: worker.points.toReversed() }));
    expect(incidentChart({ ...withRss, workers: turned })).toBe(incidentChart(withRss));
  });

  it('breaks the sum where nobody was sampled', () => {
    const paused = withRss.workers.map(({ pid, points }) => ({
      pid,
      points: points.filter((_, step) => step < 20 || step > 50),
    }));
    expect(incidentChart({ ...withRss, workers: paused }).match(/stroke-width="2.4"/g)).toHaveLength(2);
  });

  it('cannot be broken by names', () => {
    const svg = incidentChart({ ...oomChart(), unit: '</svg><script>"&\x1b', servers: ["o'brien"] });
    expect(svg).toContain('&lt;/svg&gt;&lt;script&gt;&quot;&amp;\\x1b on o&#39;brien');
  });

  it('gives the same bytes for the same data', () => {
    expect(incidentChart(withRss)).toBe(incidentChart(structuredClone(withRss)));
  });

  it('is told in numbers by its text', () => {
    expect(chartAltText(withRss)).toBe(
      'gunicorn.service on web-1, 22 Nov 2026 10:11:21 – 10:12:48 UTC. Status 502: 9, status 504: 0; at most 1 per s, at 10:11:37 UTC. ' +
        '9 worker deaths: pid 832 at 10:11:37 UTC, pid 829 at 10:11:40 UTC, pid 828 at 10:11:43 UTC, pid 830 at 10:11:48 UTC and 5 more. ' +
        'RSS of 2 workers, at most 110 MB (pid 840 at 10:12:40 UTC). The memory limit of the unit is 224 MB.',
    );
  });
});

describe('the chart of a terminal', () => {
  it('shows two hours in 60 columns', () => {
    expect(
      `\n${terminalChart(twoHourChart(), { columns: 74, timeZone: 'UTC' }).join('\n')}\n`,
    ).toMatchInlineSnapshot(`
      "
      502 and 504 per 2 min, times in UTC
         23 │                               ▂       ▅       ▅       █
            │       ▁      ▃       ▆       ▇█       █       █       █
      deaths        ×      ×       ×       ××       ×       ×       ×
      starts                                R                       R
             08:00          08:30          09:00          09:30
      "
    `);
  });

  it.each([40, 60, 80, 100, 200])('fits %i columns, for any window', columns => {
    for (const [, chart] of shapes) {
      for (const line of terminalChart(chart, { columns, timeZone: 'UTC' }))
        expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('is left out when there is nothing to draw, or no room', () => {
    expect(terminalChart(empty, { columns: 100, timeZone: 'UTC' })).toEqual([]);
    expect(terminalChart(oomChart(), { columns: 20, timeZone: 'UTC' })).toEqual([]);
  });

  it('shows one error however high the highest bar is', () => {
    const chart = {
      ...twoHourChart(),
      errors: [
        { atMs: twoHourChart().window.fromMs, http502: 1, http504: 0 },
        { atMs: twoHourChart().window.fromMs + 3_600_000, http502: 5_000, http504: 0 },
      ],
    };
    expect(terminalChart(chart, { columns: 100, timeZone: 'UTC' })[2]).toMatch(/│▁/);
  });
});
