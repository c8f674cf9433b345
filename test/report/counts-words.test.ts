import { describe, expect, it } from 'vitest';
import { countsLines } from '../../src/report/counts-words.ts';
import type { DiagnosisGap } from '../../src/report/diagnosis-document.ts';
import { aDocument, NO_COUNTS } from './documents.ts';

const gap = (source: DiagnosisGap['source'], kind: DiagnosisGap['kind'], server = 'web-2'): DiagnosisGap => ({
  server,
  source,
  kind,
  text: `${server}: not read`,
  fix: '',
});

describe('counts', () => {
  it.each([
    ['are what they are where everything was read', 0, [], '0 (OOM kills 0)'],
    [
      'of nothing are not known where a journal was refused',
      0,
      [gap('unit-journal', 'denied')],
      'not known (OOM kills 0)',
    ],
    [
      'are the least there was where a journal was refused',
      3,
      [gap('unit-journal', 'denied')],
      'at least 3 (OOM kills 3)',
    ],
    [
      'of OOM kills are not known either where nothing tells of them',
      0,
      [gap('unit-journal', 'denied'), gap('kernel-log', 'denied')],
      'not known (OOM kills not known)',
    ],
    [
      'stand where the kernel log of another server was refused',
      0,
      [gap('unit-journal', 'denied'), gap('kernel-log', 'denied', 'web-3')],
      'not known (OOM kills 0)',
    ],
    [
      'are the least there was where a server was not reached',
      3,
      [gap('connection', 'timed-out')],
      'at least 3 (OOM kills at least 3)',
    ],
    [
      'stand where only the beginning of a log is missing',
      0,
      [gap('unit-journal', 'cut')],
      '0 (OOM kills 0)',
    ],
  ] as const)('%s', (_what, deaths, gaps, words) => {
    const counts = { ...NO_COUNTS, workerDeaths: deaths, oomKillsOfTheUnit: deaths };
    expect(countsLines(aDocument({ counts, gaps: [...gaps] }))[1]).toContain(`worker deaths ${words}`);
  });
});
