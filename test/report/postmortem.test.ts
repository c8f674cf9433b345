import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { incidentTimeline } from '../../src/report/incident-timeline.ts';
import { code, fenced, inline } from '../../src/report/markdown.ts';
import { postmortem } from '../../src/report/postmortem.ts';
import { aDocument, confirmedOom } from './documents.ts';
import { aChange, aRecord, aRecordedRun, OPENED_MS } from './incident-records.ts';

const sectionOf = (text: string, title: string) =>
  text.split(/^## /m).find(section => section.startsWith(title)) ?? '';

describe('a post-mortem', () => {
  it('has everything that somebody who was not there asks for, in order', () => {
    const titles = [...postmortem(aRecord()).matchAll(/^## (.*)$/gm)].map(match => match[1]);
    expect(titles).toEqual([
      'Summary',
      'Impact',
      'Timeline (UTC)',
      'Cause and evidence',
      'Changes and approvals',
      'Outcome',
      'Open follow-ups',
      'About this document',
    ]);
  });

  it('is the same bytes for the same record', () => {
    expect(postmortem(aRecord())).toBe(postmortem(structuredClone(aRecord())));
  });

  it.each([
    ['Summary', /An alert opened it\. Memory ran out/],
    ['Impact', /\*\*Failed requests:\*\* .* × 502/],
    ['Impact', /requests failed in 2 minutes \(9 by the counts of the watch\)/],
    ['Timeline', /\| 2026-11-22 10:11:\d\d \| server \|/],
    ['Timeline', /\| U0BEN \| Approved it \(1 of 2\)\./],
    ['Timeline', /Pinned: the release of 09:50 added the cache \[the message\]\(https:\/\/acme\.slack\.com/],
    ['Cause', /\*\*E1\*\* web-1, kernel log.*```text\nMemory cgroup out of memory: Killed process/s],
    ['Changes', /```diff\n--- \/dev\/null\n.*\+OOMPolicy=continue\n```/s],
    ['Changes', /U0BEN at .*; U0CHLOE at .* \(2 needed\)/],
    ['Outcome', /10:23:00 to 10:55:00 UTC .* × 502/],
    ['Outcome', /It helped: no 502 in 1,204 requests since\./],
    ['Open follow-ups', /\* \[ \] A step was skipped: Let the growth be measured/],
    ['About', /playbook `gateway-502`.*No language model/],
  ])('says in "%s" what it must: %s', (title, words) => {
    expect(sectionOf(postmortem(aRecord()), title)).toMatch(words);
  });

  const { resolved: _resolved, ...open } = aRecord();
  const { document: _document, ...undiagnosed } = aRecordedRun({
    state: 'failed',
    failure: 'no server answered',
  });
  const withoutLines = { ...aRecordedRun(), document: { ...confirmedOom(), evidence: {} } };
  it.each([
    ['an open incident', open, /It is still open/],
    ['no diagnosis', aRecord({ runs: [undiagnosed] }), /its cause is not known/],
    ['evidence past its retention', aRecord({ runs: [withoutLines] }), /past their retention/],
    ['nothing changed', aRecord({ changes: [] }), /Nothing was changed on the servers by Staunch/],
    ['no watch', aRecord({ minutes: [] }), /The watch counted no minutes of it/],
    [
      'a change that was taken back',
      aRecord({ changes: [aChange({ state: 'rolled-back' })] }),
      /Decide about this change, which is not in force \(taken back\)/,
    ],
    [
      'breaking the glass',
      aRecord({ changes: [aChange({ breakGlass: { person: 'U9', reason: 'all is down' } })] }),
      /Without approvals \| U9: all is down/,
    ],
    ['nothing wrong', aRecord({ runs: [aRecordedRun({ document: aDocument() })] }), /nothing wrong found/],
  ])('is whole for %s', (_, record, words) => {
    expect(postmortem(record)).toMatch(words);
  });

  it('shows whatever people and servers wrote as text: no table, heading, link, picture or HTML comes of it', () => {
    const hostile = fc.oneof(
      fc.string({ maxLength: 80 }),
      fc.constantFrom(
        '| a | b |',
        '# Heading',
        '\n## Heading\n',
        '![x](http://evil.example/x.png)',
        '[x](javascript:alert(1))',
        '<img src=x onerror=alert(1)>',
        '```\n# out\n```',
        '- [x] done',
        '1. one',
        '> quote',
        '@everyone',
        '\u202eevil',
        'https://evil.example/?q=1',
        '<!-- -->',
      ),
    );
    fc.assert(
      fc.property(hostile, text => {
        const record = aRecord({
          resolved: { atMs: OPENED_MS, by: 'U1', reason: text },
          entries: [
            { kind: 'note', atMs: OPENED_MS, actor: 'U1', text },
            { kind: 'pin', atMs: OPENED_MS, actor: text, text, link: text },
          ],
          changes: [aChange({ what: text, where: text, reason: text, detail: text, why: [text] })],
        });
        const shown = postmortem(record);
        expect(shown.match(/^#{1,6} .*$/gm)?.filter(line => !HEADINGS.test(line))).toEqual([
          expect.stringMatching(/^### /),
        ]);
        const prose = shown.replace(/```[\s\S]*?```/g, '');
        expect(prose).not.toMatch(/(?<!\\)<[a-z!]/i);
        expect(prose).not.toMatch(/(?<!\\)!(?<!\\!)\[/);
        expect(prose).not.toMatch(/\u202e/);
        const tables = prose.split('\n').filter(line => line.startsWith('| ') && / \| /.test(line));
        for (const row of tables) expect([2, 3]).toContain(row.split(/(?<!\\)\|/).length - 2);
      }),
      { numRuns: 300 },
    );
  });
});

const HEADINGS = /^(?:# Incident 12|## (?:Summary|Impact|Timeline|Cause|Changes|Outcome|Open|About))/;

describe('lines of Markdown', () => {
  it.each([
    ['a | b', 'a \\| b'],
    ['# x', '\\# x'],
    ['- x', '\\- x'],
    ['12. x', '12\\. x'],
    ['a\nb', 'a b'],
    ['http://x', 'http:\u200b//x'],
  ])('make %j inert', (text, shown) => {
    expect(inline(text)).toBe(shown);
  });

  it('end a block behind whatever it holds', () => {
    expect(fenced('a\n````\nb')).toBe('`````text\na\n````\nb\n`````');
    expect(code('a`b')).toBe('``a`b``');
  });
});

describe('a timeline', () => {
  it('is in order, whoever acted', () => {
    const times = incidentTimeline(aRecord()).map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.length).toBeGreaterThan(15);
  });

  it('tells of deaths that come together as one', () => {
    const deaths = incidentTimeline(aRecord()).filter(({ text }) => /workers? ended/.test(text));
    expect(deaths).toHaveLength(1);
    expect(deaths[0]?.text).toMatch(/^9 workers ended/);
  });
});
