import { describe, expect, it } from 'vitest';
import type { CaseFile } from '../../src/collectors/case-file.ts';
import { diagnose } from '../../src/diagnosis/diagnosis.ts';
import { chartAltText } from '../../src/report/chart-alt-text.ts';
import { focusOf } from '../../src/report/chart-focus.ts';
import { chartDataOf } from '../../src/report/chart-of-diagnosis.ts';
import { incidentChart } from '../../src/report/incident-chart.ts';
import { caseOfBundle } from '../../src/workflows/bundle-diagnosis.ts';
import { filesOf } from '../practice/fleet/diagnosed.ts';

/** A recorded incident as somebody sees it who asks for the hours around it. */
async function within(hours: number, recording: string, without = 'rss.csv'): Promise<CaseFile> {
  const recordings = [...filesOf(recording)]
    .filter(([name]) => name !== without)
    .map(([name, bytes]) => ({ name, bytes, exitCode: 0, complaint: '', cut: false }));
  const answer = await caseOfBundle({ folders: [{ recordings }] }, async () => {});
  if (!answer.ok) throw new Error(answer.problem);
  const { window } = answer.caseFile;
  return { ...answer.caseFile, window: { fromMs: window.toMs - hours * 3_600_000, toMs: window.toMs } };
}

describe('the part that a chart shows', () => {
  it('is the minute in which it happened, second by second, and says so', async () => {
    const diagnosis = diagnose(await within(2, 'oom-continue-bookworm-vm'));
    const part = focusOf(diagnosis);
    const seconds = ((part?.toMs ?? 0) - (part?.fromMs ?? 0)) / 1000;
    expect(seconds).toBeGreaterThan(110);
    expect(seconds).toBeLessThan(240);
    const chart = chartDataOf(diagnosis, part);
    expect(chart.stepMs).toBe(1_000);
    expect(chart.errors.reduce((sum, step) => sum + step.http502, 0)).toBe(9);
    expect(chart.kills).toHaveLength(9);
    expect(incidentChart(chart)).toContain('; none in the rest of the 2 h');
    expect(chartAltText(chart)).toContain('; none in the rest of the 2 h');
  });

  it.each([
    ['nothing happened', 2, 'max-requests-bookworm-ns', 'rss.csv'],
    ['most of the window is needed', 0.02, 'oom-continue-bookworm-vm', 'rss.csv'],
    ['samples tell how memory grew before', 2, 'oom-continue-bookworm-vm', 'nothing'],
  ])('is the whole window where %s', async (_when, hours, recording, without) => {
    expect(focusOf(diagnose(await within(hours, recording, without)))).toBeUndefined();
  });
});
