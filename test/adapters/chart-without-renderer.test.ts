import { expect, it, vi } from 'vitest';
import { chartImage } from '../../src/adapters/chart-image.ts';

// As after an installation without optional packages, which the renderer for this machine is one of.
vi.mock('@resvg/resvg-js', () => {
  throw new Error("Cannot find module '@resvg/resvg-js-linux-x64-gnu'");
});

it('a renderer that is not installed costs the chart and nothing else', async () => {
  expect(await chartImage('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')).toEqual({
    ok: false,
    detail: expect.stringMatching(/^The chart could not be drawn \(.+\)\. Run "npm ci"/s),
  });
});
