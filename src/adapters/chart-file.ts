import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { ChartData } from '../report/chart-data.ts';
import { incidentChart } from '../report/incident-chart.ts';
import { chartImage } from './chart-image.ts';

/** Writes a chart as SVG or PNG, by the file's ending. Answers with what went wrong, if anything did. */
export async function writeChart(
  file: string,
  chart: ChartData,
  timeZone: string,
): Promise<string | undefined> {
  const ending = extname(file).toLowerCase();
  if (ending !== '.png' && ending !== '.svg') return `--chart ${file}: the file must end in .png or .svg.`;
  const svg = incidentChart(chart, { timeZone });
  const image = ending === '.png' ? await chartImage(svg) : undefined;
  if (image && !image.ok) return image.detail;
  try {
    await writeFile(file, image?.png ?? svg);
    return undefined;
  } catch (error) {
    return `The chart could not be written to ${file}: ${(error as Error).message}`;
  }
}
