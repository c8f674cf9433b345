import { describe, expect, it } from 'vitest';
import { evidenceText } from '../../src/report/evidence-text.ts';
import { aDocument, confirmedOom } from './documents.ts';

const options = { columns: 60, colour: false, timeZone: 'Europe/Berlin' };

describe('a piece of evidence', () => {
  it('is shown with its server, source, time and the line as it was written', () => {
    const document = confirmedOom();
    const text = evidenceText(document, 'e2', options);
    expect(text.split('\n').slice(0, 2)).toEqual([
      'E2  web-1, nginx error log',
      '22 Nov 2026 11:11:37 Europe/Berlin (UTC+1), 10:11:37 UTC',
    ]);
    const raw = text
      .split('\n')
      .slice(3)
      .filter(line => line.startsWith('  '));
    expect(raw.map(line => line.slice(2)).join('')).toBe(document.evidence.E2?.text);
    expect(text).toContain('Cited for: worker OOM kill, the death of pid 832');
  });

  it('keeps the lines of a traceback and writes control characters out', () => {
    const text = evidenceText(
      aDocument({
        evidence: {
          E1: { server: 'web-1', source: 'unit-journal', at: null, text: 'Traceback\n  File "a"\x1b[2J' },
        },
      }),
      'E1',
      options,
    );
    expect(text).toContain('  Traceback\n    File "a"\\x1b[2J\n');
    expect(text).toContain('a state, without a time of its own');
  });

  it.each([
    [confirmedOom(), 'E99', 'it has E1 to E20'],
    [aDocument(), 'E1', 'this diagnosis cites none'],
    [confirmedOom(), 'constructor', 'it has E1 to E20'],
    [confirmedOom(), '\x1b[2J', 'There is no evidence \\x1b[2J'],
  ])('that does not exist is said to be missing (%#)', (document, id, words) => {
    expect(evidenceText(document, id, options)).toContain(words);
  });
});
