import { describe, expect, it } from 'vitest';
import { snoozeOf, snoozeView } from '../../../../handlers/slack/blocks/snooze-view.ts';
import { sampleWarnings } from '../../../../handlers/slack/blocks/warning-samples.ts';
import { readable } from './runs.ts';

const NOW_MS = Date.parse('2026-11-22T13:20:00Z');
const HOUR_MS = 3_600_000;
const seconds = (text: string) => Date.parse(text) / 1000;
const select = (value: string) => ({ type: 'static_select', selected_option: { value } });
const submitted = (given: {
  readonly for?: string;
  readonly until?: number;
  readonly left?: string;
  readonly reason?: string;
}) => ({
  private_metadata: 'warning-1',
  state: {
    values: {
      for: { for: given.for === undefined ? {} : select(given.for) },
      until: { until: { type: 'datetimepicker', selected_date_time: given.until ?? null } },
      left: { left: given.left === undefined ? {} : select(given.left) },
      reason: { reason: { type: 'plain_text_input', value: given.reason ?? null } },
    },
  },
});

const views = new Map(sampleWarnings('U0ANA'));
const modalOf = (name: string) => readable(snoozeView(views.get(name)!.warning));

describe('the modal of a snooze', () => {
  it('says what is put to sleep, and what is told all the same', () => {
    expect(modalOf('a warning')).toContain('*2 of 4 workers of checkout grow (WARNING)*');
    expect(modalOf('a warning')).toContain('What gets worse than it is now is told all the same');
    expect(modalOf('a critical warning')).toContain('It is critical already');
  });
});

describe('a submitted snooze', () => {
  it.each([
    ['a length', { for: String(4 * HOUR_MS) }, { untilMs: NOW_MS + 4 * HOUR_MS }],
    [
      'a moment, which counts more',
      { for: String(HOUR_MS), until: seconds('2026-11-23T08:00:00Z') },
      { untilMs: Date.parse('2026-11-23T08:00:00Z') },
    ],
    [
      'a distance alone, which ends after a week all the same',
      { left: String(HOUR_MS) },
      { untilMs: NOW_MS + 7 * 24 * HOUR_MS, untilLeftMs: HOUR_MS },
    ],
    [
      'both, and why',
      { for: String(8 * HOUR_MS), left: String(2 * HOUR_MS), reason: ' known, release at 15:00 ' },
      {
        untilMs: NOW_MS + 8 * HOUR_MS,
        untilLeftMs: 2 * HOUR_MS,
        reason: 'known, release at 15:00',
      },
    ],
  ])('with %s is read', (_what, given, wish) => {
    expect(snoozeOf(submitted(given), NOW_MS)).toEqual({ ok: true, warningId: 'warning-1', ...wish });
  });

  it.each([
    ['nothing', {}, 'for'],
    ['a length that nobody offered', { for: '99' }, 'for'],
    ['a distance that nobody offered', { left: '1' }, 'for'],
    ['a moment that has passed', { until: seconds('2026-11-22T13:00:00Z') }, 'until'],
    ['a month', { until: seconds('2026-12-22T13:00:00Z') }, 'until'],
  ])('with %s tells where', (_what, given, block) => {
    expect(snoozeOf(submitted(given), NOW_MS)).toEqual({
      ok: false,
      errors: { [block]: expect.any(String) },
    });
  });

  it('keeps no more of a reason than is kept', () => {
    const read = snoozeOf(submitted({ for: String(HOUR_MS), reason: 'x'.repeat(3_000) }), NOW_MS);
    expect(read.ok && read.reason?.length).toBe(500);
  });
});
