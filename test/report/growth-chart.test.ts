import { describe, expect, it } from 'vitest';
import { growthChart } from '../../src/report/growth-chart.ts';
import type { GrowthPicture } from '../../src/report/growth-picture.ts';
import {
  afterRestart,
  aPicture,
  calm,
  LOOKED_AT_MS,
  oneWorker,
  sixteenWorkers,
  tightLimit,
  twoOfFour,
  withGaps,
  young,
} from './growths.ts';

const shapes: readonly (readonly [name: string, picture: GrowthPicture])[] = [
  ['two workers of four', twoOfFour()],
  ['a tight limit', tightLimit()],
  ['one worker', oneWorker()],
  ['sixteen workers on two servers', sixteenWorkers()],
  ['a restart in between', afterRestart()],
  ['hours without samples', withGaps()],
  ['calm workers', calm()],
  ['young workers', young()],
  ['nobody', aPicture([])],
  ['no limit', aPicture([{ speeds: [10, 0] }])],
];
const draw = (picture: GrowthPicture) => growthChart(picture).svg;
const limitLines = (svg: string) => svg.match(/stroke-dasharray="8 4"/g) ?? [];

describe.each(shapes)('the chart of %s', (_name, picture) => {
  it.each(['light', 'dark'] as const)('is well-formed and inside its frame, %s', theme => {
    const { svg } = growthChart(picture, { theme, timeZone: 'Europe/Berlin' });
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const opened = svg.match(/<(?!\/)[a-z]+(?=[\s>])[^>]*[^/]>/g)?.length;
    expect(svg.match(/<\/[a-z]+>/g)).toHaveLength(opened ?? -1);
    const height = Number(/height="(\d+)"/.exec(svg)?.[1]);
    for (const [, axis, text] of svg.matchAll(/ ([xy])[12]?="(-?[\d.]+)"/g)) {
      expect(Number(text)).toBeGreaterThanOrEqual(0);
      expect(Number(text)).toBeLessThanOrEqual(axis === 'x' ? 660 : height);
    }
    for (const [, points = ''] of svg.matchAll(/ points="([^"]+)"/g)) {
      for (const point of points.split(' ')) {
        const [x = -1, y = -1] = point.split(',').map(Number);
        expect(x >= 66 && x <= 636 && y >= 106 && y <= 316).toBe(true);
      }
    }
  });

  it('has a text of its own for those who do not see it', () => {
    const { altText } = growthChart(picture);
    expect(altText).toMatch(/^RSS of the workers.*, as of 22 Sep 04:00 UTC: /);
    expect(altText.length).toBeLessThanOrEqual(1_000);
  });
});

describe('the chart of growing workers', () => {
  it('shows where the growth leads, and the limit with what it is', () => {
    const svg = draw(twoOfFour());
    expect(svg.match(/<polygon/g)).toHaveLength(1);
    expect(limitLines(svg)).toHaveLength(1);
    expect(svg).toContain('dashed: 544 MB, where pid 4711 fills MemoryMax 1.4 GB');
    expect(svg).toContain('MemoryMax 1.4 GB expected 22 Sep 2026 05:20 – 09:30 UTC');
  });

  it('names those that grow and greys the rest', () => {
    const svg = draw(twoOfFour());
    for (const name of ['pid 4711', 'pid 4712', 'no growth seen, or ended'])
      expect(svg).toContain(`>${name}<`);
    expect(svg).not.toContain('>pid 4713<');
    expect(svg.match(/stroke-width="2.1"/g)).toHaveLength(2);
  });

  it('counts those that grow and get no colour of their own', () => {
    expect(draw(sixteenWorkers())).toContain('no growth seen, or ended; also 5 more that grow');
    expect(draw(sixteenWorkers())).toContain('>pid 4714 web-1<');
  });

  it('breaks a line where there are no samples', () => {
    const paths = (svg: string) => svg.match(/stroke-width="2.1"/g)?.length;
    expect(paths(draw(withGaps()))).toBe((paths(draw(twoOfFour())) ?? 0) * 2);
  });

  it('shows earlier lives and what ended them', () => {
    const svg = draw(afterRestart());
    expect(svg).toContain('>2 OOM kills<');
    expect(svg.match(/stroke-width="1.1"/g)).toHaveLength(6);
  });

  it('draws no limit that is far above, and says it', () => {
    expect(limitLines(draw(calm()))).toEqual([]);
    expect(draw(calm())).toContain('RSS of 2 workers; far above them MemoryMax 3.9 GB');
  });

  it('says that no limit is known', () => {
    expect(draw(aPicture([{ speeds: [10, 0] }]))).toContain('RSS of 2 workers; no memory limit known');
  });

  it('cannot be broken by names', () => {
    const { svg, altText } = growthChart(
      aPicture([{ server: '</svg>"&', speeds: [20] }], [], '</svg><script>\x1b'),
    );
    expect(svg).not.toContain('</svg><');
    expect(svg.match(/<\/svg>/g)).toHaveLength(1);
    expect(altText).not.toContain('\x1b');
  });

  it('gives the same bytes for the same data', () => {
    expect(draw(structuredClone(twoOfFour()))).toBe(draw(twoOfFour()));
  });

  it('leaves out kills of another time', () => {
    const old = [{ server: 'web-1', atMs: LOOKED_AT_MS - 90 * 3_600_000, kills: 1 }];
    expect(growthChart({ ...twoOfFour(), kills: old }).svg).not.toContain('>OOM kill<');
  });

  it('is told in numbers by its text', () => {
    expect(growthChart(twoOfFour()).altText).toBe(
      'RSS of the workers on web-1, as of 22 Sep 04:00 UTC: 2 of 4 workers of checkout grow. ' +
        'MemoryMax 1.4 GB expected 22 Sep 2026 05:20 – 09:30 UTC. ' +
        'pid 4711: 469 MB, growing 25 MB per hour, limit 544 MB; pid 4712: 459 MB, growing 24 MB per hour, limit 531 MB; ' +
        'pid 4714: 128 MB, limit 275 MB; pid 4713: 127 MB, limit 274 MB.',
    );
  });
});
