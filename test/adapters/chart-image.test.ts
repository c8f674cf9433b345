import { describe, expect, it } from 'vitest';
import { chartImage } from '../../src/adapters/chart-image.ts';
import { incidentChart } from '../../src/report/incident-chart.ts';
import { oomChart } from '../report/charts.ts';

describe('the image of a chart', () => {
  it('is a PNG of twice the size of the drawing', async () => {
    const image = await chartImage(incidentChart(oomChart()));
    if (!image.ok) throw new Error(image.detail);
    expect([image.widthPixels, image.heightPixels]).toEqual([1320, 860]);
    expect([...image.png.slice(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  });

  it('is the same, byte for byte, each time', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => chartImage(incidentChart(oomChart()))));
    expect(one).toEqual(other);
  });

  it('holds its text: a drawing with words is not the drawing without them', async () => {
    const svg = incidentChart(oomChart());
    const [withText, without] = await Promise.all([
      chartImage(svg),
      chartImage(svg.replace(/<text.*?<\/text>/g, '')),
    ]);
    expect(withText.ok && without.ok && withText.png.length - without.png.length).toBeGreaterThan(5_000);
  });

  it('says what to do when a drawing cannot be drawn', async () => {
    expect(await chartImage('<svg')).toMatchObject({ ok: false, detail: expect.stringContaining('npm ci') });
  });
});
