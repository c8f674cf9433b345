import { describe, expect, it } from 'vitest';
import { slackWarningWords } from '../../../../handlers/slack/blocks/warning-message.ts';
import { sampleWarnings } from '../../../../handlers/slack/blocks/warning-samples.ts';
import type { WarningView } from '../../../../src/workflows/warning-ports.ts';
import { readable } from './runs.ts';

const telling = slackWarningWords({ pingOf: service => (service === 'checkout' ? 'S0ONCALL' : undefined) });
const samples = new Map(sampleWarnings('U0ANA'));
const view = (name: string): WarningView => samples.get(name)!;
const shown = (name: string, change: Partial<WarningView> = {}) =>
  readable(telling.warning({ ...view(name), ...change }));

describe('a warning', () => {
  it('leads with how many grow, what they reach and when', () => {
    expect(shown('a warning')).toMatchInlineSnapshot(`
      "# 🔶 2 of 4 workers of checkout grow (WARNING)

      *The first reaches MemoryMax 1.5 GB **about *{17:10 UTC}* (*{15:50 UTC}* – *{19:30 UTC}*)* your time · 15:50 – 19:30 UTC
      There the kernel kills a worker, and what it serves at that moment fails with 502.

      pid | state | now | per hour | at its limit (your time) | up
      4711 | warning | 341 MB | +14 MB | {15:50 UTC} – {19:30 UTC} | 9 h
      4714 | warning | 322 MB | +14 MB | {16:20 UTC} – {21:30 UTC} | 9 h
      4712 | steady | 128 MB | – | – | 9 h
      4713 | steady | 127 MB | – | – | 9 h

      *Why* Worker 4711 (up 9 h) grew from 212 MB to 341 MB in 8 h, steadily, 14 MB per hour, and does not level off as a cache does. At this rate it reaches its limit of 390 MB in 2 to 6 hours.

      [Diagnose] [Plan recycling] [Snooze]

      ~ For <!subteam^S0ONCALL> · As of <!date^1795353600^{time}|13:20 UTC> your time (13:20 UTC) · warned of since 10:20 UTC · chart in the thread"
    `);
  });

  it('says the same in its fallback text, in UTC', () => {
    expect(telling.warning(view('a warning')).text).toBe(
      '🔶 2 of 4 workers of checkout grow (WARNING). The first reaches MemoryMax 1.5 GB about 17:10 (15:50 – 19:30) UTC. ' +
        'There the kernel kills a worker, and what it serves at that moment fails with 502. ' +
        'Worker 4711 (up 9 h) grew from 212 MB to 341 MB in 8 h, steadily, 14 MB per hour, and does not level off as a cache does. ' +
        'At this rate it reaches its limit of 390 MB in 2 to 6 hours.',
    );
  });

  it.each([
    ['a critical warning', '# 🛑 2 of 4 workers of checkout grow (CRITICAL)'],
    ['a warning of one worker', '# 🔶 1 of 4 workers of checkout grows (WARNING)'],
    ['a warning at the limit', '# 🛑 1 of 3 workers of checkout is at MemoryMax (CRITICAL)'],
    ['a snoozed warning', '# 🔶 2 of 4 workers of checkout grow (WARNING, snoozed)'],
    ['a warning that settles', '# 🔷 Workers of checkout grow no more (SETTLING)'],
    ['a warning that is slower', '# 🔷 Workers of checkout grow more slowly (SETTLING)'],
    ['a warning of nobody', '# ❓ No worker of checkout was seen (UNSEEN)'],
    ['a warning after a restart', '# 👀 Workers of checkout were restarted (WATCHING)'],
    ['a warning that is over', '# ✅ Workers of checkout stay within their memory (RESOLVED)'],
  ])('has a word for its state: %s', (name, headline) => {
    expect(shown(name).split('\n')[0]).toBe(headline);
  });

  it.each([
    ['a warning', '[Diagnose] [Plan recycling] [Snooze]'],
    ['a snoozed warning', '[Diagnose] [Plan recycling] [End snooze]'],
    ['a warning that settles', '[Diagnose] [Plan recycling]'],
    ['a warning that is over', '[Diagnose]'],
  ])('offers what helps then: %s', (name, buttons) => {
    expect(shown(name)).toContain(`\n\n${buttons}\n\n`);
  });

  it('says that it may come to that at any time', () => {
    expect(shown('a critical warning')).toContain(
      'any time until *{14:15 UTC}*)* your time · any time until 14:15 UTC',
    );
    expect(telling.warning(view('a critical warning')).text).toContain(
      'about 13:45 (any time until 14:15) UTC',
    );
  });

  it('lists kills that came, the newest first', () => {
    expect(shown('a critical warning')).toContain(
      '*OOM-killed since the warning began*\n- 1 worker on web-2, seen at {13:16 UTC} your time\n- 2 workers on web-1',
    );
  });

  it('lists eight workers, the worst first, and counts the others', () => {
    const text = shown('a warning of many workers');
    expect(text.match(/^47\d\d \| /gm)).toHaveLength(8);
    expect(text).toContain('… and 8 more workers, none of them worse');
    expect(text).toContain('pid | server | state | now');
  });

  it('says what is not seen, and that it is no all-clear', () => {
    expect(shown('a warning of many workers')).toContain(
      '*Not seen*\n- web-3 has not answered since {12:40 UTC} your time: its workers are not judged meanwhile.\n- On web-2 the access log',
    );
    expect(shown('a warning after a restart')).toContain('- Blind until {15:20 UTC} your time');
    expect(shown('a warning of nobody')).toContain('this is no all-clear');
  });

  it('says that one of many is more often a stuck job', () => {
    expect(shown('a warning of one worker')).toContain('Only one of 4: more often a stuck job');
    expect(shown('a warning')).not.toContain('stuck job');
  });

  it('says until when it is snoozed, why, and by whom', () => {
    expect(shown('a snoozed warning')).toContain(
      '💤 Snoozed until {17:20 UTC}, or until less than 1 h may be left. “The release at 15:00 replaces the workers.”',
    );
    expect(shown('a snoozed warning')).toContain('snoozed by <@U0ANA>');
  });

  it('shows no snooze that has ended', () => {
    const { warning } = view('a snoozed warning');
    const ended = { ...warning, growth: { ...warning.growth, atMs: warning.snooze?.untilMs ?? 0 } };
    expect(shown('a snoozed warning', { warning: ended })).not.toMatch(/snoozed/i);
  });
});

describe('who is pinged', () => {
  const mentions = (sent: unknown) => JSON.stringify(sent).match(/<![^d][^>]*>/g) ?? [];

  it('is the user group, where something new is told', () => {
    expect(mentions(telling.warning(view('a warning')))).toEqual(['<!subteam^S0ONCALL>']);
    expect(mentions(telling.raised(view('a critical warning')))).toEqual(['<!subteam^S0ONCALL>']);
  });

  it('is nobody by an edit, and nobody where no group is named', () => {
    const edit = { kind: 'edit' as const, because: 'changed' };
    expect(mentions(telling.warning({ ...view('a warning'), telling: edit }))).toEqual([]);
    expect(mentions(slackWarningWords().warning(view('a warning')))).toEqual([]);
    expect(mentions(slackWarningWords({ pingOf: () => '!here' }).warning(view('a warning')))).toEqual([]);
  });
});

describe('a reply in the thread', () => {
  it('says that it got worse', () => {
    expect(readable(telling.raised(view('a critical warning')))).toContain(
      '*Worse than when it was last told: 🛑 2 of 4 workers of checkout grow (CRITICAL)*',
    );
  });

  it('ties a kill to the warning before it', () => {
    expect(readable(telling.killed(view('a critical warning')))).toBe(
      '*🛑 What was warned of has come: the kernel OOM-killed a worker of checkout on web-2*\n' +
        'Seen at {13:16 UTC} your time. It was warned of 2 h 56 min before. 3 were killed since the warning began. ' +
        'Staunch diagnoses it by itself; the verdict follows in this thread.',
    );
  });

  it('says that it is over, and why', () => {
    expect(readable(telling.resolved(view('a warning that is over')))).toBe(
      '✅ Workers of checkout stay within their memory (RESOLVED): nothing would reach its limit within 12 hours, for 2 hours now.',
    );
  });
});
