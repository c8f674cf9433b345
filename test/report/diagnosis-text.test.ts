import { describe, expect, it } from 'vitest';
import { DiagnosisDocument } from '../../src/report/diagnosis-document.ts';
import { type DiagnosisTextOptions, diagnosisText } from '../../src/report/diagnosis-text.ts';
import { columnsOf } from '../../src/report/text-layout.ts';
import { oomChart, twoHourChart } from './charts.ts';
import { aDocument, confirmedOom, inconclusiveWithGaps, likelyTimeout } from './documents.ts';
import { noIncident } from './no-incident.ts';
import { twoAppHosts } from './two-app-hosts.ts';

const options: DiagnosisTextOptions = {
  columns: 100,
  colour: false,
  now: Date.parse('2026-11-22T10:27:00Z'),
  timeZone: 'UTC',
};
const samples = [
  ['a confirmed OOM kill', confirmedOom()],
  ['a likely time-out', likelyTimeout()],
  ['an unsettled one', inconclusiveWithGaps()],
  ['no incident', noIncident()],
  ['two app hosts', twoAppHosts()],
] as const;
const linesOf = (text: string) => text.trimEnd().split('\n');
const isCommand = (line: string) => line.startsWith('     $ ');

describe('the first line is the verdict in words', () => {
  it.each([
    [confirmedOom(), '502s on checkout: worker OOM kill (CONFIRMED)'],
    [likelyTimeout(), '502s on shop-api: worker timeout (LIKELY, 78 %)'],
    [inconclusiveWithGaps(), 'Upstream errors on checkout: cause not settled (INCONCLUSIVE)'],
    [noIncident(), 'checkout: nothing wrong found (NO INCIDENT)'],
  ])('%#', (document, headline) => {
    expect(linesOf(diagnosisText(document, options))[0]).toBe(headline);
  });
});

describe.each(samples)('the report of %s', (_name, document) => {
  it('is made from a valid document', () => {
    expect(DiagnosisDocument.parse(document)).toEqual(document);
  });

  it.each([60, 80, 100, 240])('fits %i columns, commands apart', columns => {
    const lines = linesOf(
      diagnosisText(document, { ...options, columns, chart: twoHourChart(), timeZone: 'Asia/Kolkata' }),
    );
    for (const line of lines)
      if (!isCommand(line)) expect(columnsOf(line), line).toBeLessThanOrEqual(columns);
  });

  it('fits one screen at 100 columns', () => {
    expect(linesOf(diagnosisText(document, { ...options, chart: oomChart() })).length).toBeLessThanOrEqual(
      46,
    );
  });

  it('says the same without colour', () => {
    const coloured = diagnosisText(document, { ...options, colour: true });
    expect(coloured).toContain('\x1b[');
    expect(coloured.replace(/\x1b\[[0-9;]*m/g, '')).toBe(diagnosisText(document, options));
  });

  it('can be drawn in ASCII', () => {
    expect(diagnosisText(document, { ...options, ascii: true, chart: twoHourChart() })).toMatch(
      /^[\x20-\x7e\n]*$/,
    );
  });
});

describe('the report', () => {
  it('of a confirmed OOM kill reads top-down', () => {
    const text = diagnosisText(confirmedOom(), { ...options, chart: oomChart() });
    expect(text.slice(0, text.indexOf('Workers that ended'))).toMatchInlineSnapshot(`
      "502s on checkout: worker OOM kill (CONFIRMED)
      Memory ran out and the kernel killed worker processes, and with them the requests they were serving.
      It was the service's own memory limit, not the host's memory, that was reached.

      Why        The kernel killed 9 processes of gunicorn.service because its own memory limit (224 MB)
                 was reached. [E1][E3][E5] and 6 more
                 The unit's oom_kill counter says 9 as well. [E19]
                 All nine 502s came within 1 s of a kill. [E2][E4][E6] and 1 more
      When       22 Nov 2026 10:11:21 – 10:12:48 UTC (1 min 27 s, ended 14 min ago)
      Where      web-1
      Counts     701 requests · 502: 9
                 upstream errors 9 · worker deaths 9 (OOM kills 9) · 502s explained 9 of 9
      Timing     9 of 9 bursts of 502s began within 3 s of an OOM kill of a worker of this unit. By chance
                 we would expect 1.3. p < 0.001 (1,000 shuffles).

      502 per second, times in UTC
          1 │                █  █  █    █  █    █   █   █   █
      deaths                 ×  ×  ×    ×  ×    ×   ×   ×   ×
                      10:11:30       10:11:45       10:12:00       10:12:15       10:12:30

      Ruled out  worker timeout: no WORKER TIMEOUT line for any of the 9 pids [E19]
                 restart of the service: the unit was not stopped in the window [E20]

      "
    `);
  });

  it('of an unsettled case says first what would settle it, and gives no remedy', () => {
    const text = diagnosisText(inconclusiveWithGaps(), options);
    expect(text.indexOf('What would settle it')).toBeLessThan(text.indexOf('Workers that ended'));
    expect(text).toContain('Fix: sudo usermod -aG systemd-journal staunch');
    expect(text).toContain('journalctl -k --since @1795341600 --until @1795342800 | grep');
    expect(text).not.toContain('OOMPolicy');
    expect(text).toContain('requests not known (no readable access log)');
  });

  it('of no incident says what was checked and what was not', () => {
    expect(diagnosisText(noIncident(), options)).toMatch(
      /Checked: requests in the access log, .*deaths of workers/,
    );
    const blind = aDocument({ counts: { ...aDocument().counts, oomKillsOfTheUnit: null } });
    expect(diagnosisText(blind, options)).toContain('Not checked: OOM kills of the unit.');
  });

  it('says local time and UTC', () => {
    expect(diagnosisText(likelyTimeout(), { ...options, timeZone: 'Europe/Berlin' })).toContain(
      '22 Nov 2026 02:05 – 02:20 Europe/Berlin (UTC+1), 01:05 – 01:20 UTC',
    );
  });

  it('shows eight deaths and how many more there are', () => {
    const text = diagnosisText(confirmedOom(), options);
    expect(text.match(/worker OOM kill {2}E\d/g)).toHaveLength(8);
    expect(text).toContain('  and 1 more\n');
  });

  it('never says recycling helps against a time-out', () => {
    expect(diagnosisText(likelyTimeout(), options)).toContain('Recycling workers does not help');
  });

  it('lists a cause as ruled out only with a reason against it', () => {
    const text = diagnosisText(
      aDocument({ causes: [{ id: 'worker-crash', probability: 0.001, because: [] }] }),
      options,
    );
    expect(text).not.toContain('Ruled out');
  });

  it('obeys nothing that a server wrote', () => {
    const hostile = 'x\x1b]0;owned\x07\u202e\n$ rm -rf /';
    const text = diagnosisText(
      aDocument({
        verdict: 'likely',
        service: hostile,
        servers: [hostile],
        causes: [{ id: 'worker-exit', probability: 0.9, because: [{ text: hostile, evidence: [] }] }],
        observed: [{ id: 'graceful-reload', text: hostile, evidence: [] }],
        correlation: { matched: 0, bursts: 0, expectedByChance: null, p: null, wording: hostile },
        gaps: [{ server: hostile, source: 'kernel-log', kind: 'denied', text: hostile, fix: hostile }],
        deaths: [{ pid: 1, at: '2026-11-22T10:08:38.956Z', cause: 'unknown', evidence: ['E1'] }],
        evidence: { E1: { server: hostile, source: 'unit-journal', at: null, text: hostile } },
      }),
      options,
    );
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(linesOf(text).some(line => line.trim() === '$ rm -rf /')).toBe(false);
  });

  it('puts no unit name into a command that a shell could misread', () => {
    const text = diagnosisText(confirmedOom(), { ...options, unit: 'a;reboot.service' });
    expect(text).not.toContain('reboot');
    expect(text).toContain('NRestarts UNIT');
  });

  it('says whose memory ran out', () => {
    const inOneLine = (document: DiagnosisDocument) => diagnosisText(document, options).replace(/\s+/g, ' ');
    expect(inOneLine(twoAppHosts())).toContain('It was the memory of the whole host that ran out.');
    expect(inOneLine(confirmedOom())).toContain("It was the service's own memory limit");
  });
});
