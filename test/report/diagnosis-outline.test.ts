import { describe, expect, it } from 'vitest';
import { gapsByFix, gapWords, lookNext, mendingOf, outlineOf } from '../../src/report/diagnosis-outline.ts';
import { headline } from '../../src/report/headline.ts';
import { aDocument, confirmedOom, inconclusiveWithGaps, likelyTimeout } from './documents.ts';

describe('the outline of a diagnosis', () => {
  it.each([
    ['confirmed', confirmedOom(), 'worker-oom-kill', [], ['worker-timeout', 'deploy-restart']],
    ['likely', likelyTimeout(), 'worker-timeout', ['worker-oom-kill'], ['worker-crash']],
    ['inconclusive', inconclusiveWithGaps(), undefined, ['worker-oom-kill', 'worker-killed-externally'], []],
    ['no incident', aDocument(), undefined, [], []],
  ])('of a %s one sorts its causes', (_name, document, leading, open, ruledOut) => {
    const outline = outlineOf(document);
    expect(outline.leading?.id).toBe(leading);
    expect(outline.open.map(cause => cause.id)).toEqual(open);
    expect(outline.ruledOut.map(cause => cause.id)).toEqual(ruledOut);
  });

  it('has no next steps without an incident', () => {
    expect(lookNext(aDocument())).toEqual([]);
    expect(lookNext(confirmedOom(), 'shop.service')[0]?.command).toContain('shop.service');
  });

  it('does not say that no server could be read where none was asked', () => {
    expect(headline(aDocument({ verdict: 'inconclusive', servers: [] }))).toContain('cause not settled');
  });
});

describe('a gap', () => {
  const gap = { server: 'web-1', source: 'kernel-log', kind: 'denied', fix: '' } as const;

  it.each([
    ['web-1: the kernel log may not be read.', 'web-1: the kernel log may not be read.'],
    ['web-1 did not answer.', 'web-1 did not answer.'],
    ['web-10 did not answer.', 'web-1, kernel log: web-10 did not answer.'],
    ['The kernel log begins late.', 'web-1, kernel log: The kernel log begins late.'],
  ])('%j names its server once', (text, words) => {
    expect(gapWords({ ...gap, text })).toBe(words);
  });

  it('stands with those that the same fix mends, and those that hide most come first', () => {
    const journal = { ...gap, source: 'unit-journal', text: 'a', fix: 'usermod' } as const;
    const late = { ...gap, kind: 'cut', text: 'b', fix: 'another window' } as const;
    const kernel = { ...gap, text: 'c', fix: 'usermod' } as const;
    const elsewhere = { ...kernel, server: 'web-2' } as const;
    const away = { ...gap, source: 'connection', kind: 'timed-out', text: 'd', fix: 'test' } as const;
    expect(gapsByFix([late, journal, kernel, elsewhere, away])).toEqual([
      [away],
      [journal, kernel],
      [elsewhere],
      [late],
    ]);
  });

  it.each([
    ['sudo usermod -aG adm staunch', ['', 'sudo usermod -aG adm staunch', '']],
    [
      'On web-1: sudo usermod -aG adm staunch (then log in again)',
      ['On web-1: ', 'sudo usermod -aG adm staunch', ' (then log in again)'],
    ],
    ['Try: staunch server test web-1', ['Try: ', 'staunch server test web-1', '']],
    ['On web-1: timedatectl', ['On web-1: ', 'timedatectl', '']],
    [
      'Choose a shorter window to see every line.',
      ['Choose a shorter window to see every line.', undefined, ''],
    ],
    ['Set unit: checkout.service for checkout in staunch.yml.', [expect.any(String), undefined, '']],
  ])('%j is cut at its command', (fix, parts) => {
    const { before, command, after } = mendingOf({ fix });
    expect([before, command, after]).toEqual(parts);
    expect(before + (command ?? '') + after).toBe(fix);
  });
});
