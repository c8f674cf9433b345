import { describe, expect, it } from 'vitest';
import { windowOf } from '../../src/collectors/window.ts';

const NOW = Date.parse('2026-11-22T14:03:22Z');
const iso = (ms: number) => new Date(ms).toISOString();

describe('the window', () => {
  it.each([
    ['nothing said: two hours', {}, '2026-11-22T12:03:22.000Z', '2026-11-22T14:03:22.000Z'],
    ['30 minutes', { since: '30m' }, '2026-11-22T13:33:22.000Z', '2026-11-22T14:03:22.000Z'],
    ['three days', { since: '3d' }, '2026-11-19T14:03:22.000Z', '2026-11-22T14:03:22.000Z'],
    [
      'a zone',
      { from: '2026-11-22T02:05+01:00', to: '2026-11-22 02:20 UTC' },
      '2026-11-22T01:05:00.000Z',
      '2026-11-22T02:20:00.000Z',
    ],
    [
      "the person's zone",
      { from: '2026-11-22 02:05', to: '2026-11-22 02:20:30' },
      '2026-11-22T01:05:00.000Z',
      '2026-11-22T01:20:30.000Z',
    ],
    [
      'yesterday',
      { from: 'yesterday 02:05', to: 'yesterday 02:20' },
      '2026-11-21T01:05:00.000Z',
      '2026-11-21T01:20:00.000Z',
    ],
    ['today by the clock alone', { from: '9:30' }, '2026-11-22T08:30:00.000Z', '2026-11-22T14:03:22.000Z'],
    [
      'the hour that exists twice: both of them',
      { from: '2026-10-25 02:05', to: '2026-10-25 02:20' },
      '2026-10-25T00:05:00.000Z',
      '2026-10-25T01:20:00.000Z',
    ],
    [
      'an hour that does not exist: the wider reading',
      { from: '2026-03-29 02:30', to: '2026-03-29 03:10' },
      '2026-03-29T00:30:00.000Z',
      '2026-03-29T01:10:00.000Z',
    ],
    [
      'an end after now: now',
      { from: '14:00', to: '23:00' },
      '2026-11-22T13:00:00.000Z',
      '2026-11-22T14:03:22.000Z',
    ],
  ])('understands %s', (_, wish, from, to) => {
    const answer = windowOf(wish, NOW, 'Europe/Berlin');
    expect(answer.ok && [iso(answer.window.fromMs), iso(answer.window.toMs)]).toEqual([from, to]);
  });

  it.each([
    [{ since: '2 weeks' }, 'expected a length from 1m to 31d'],
    [{ since: '10s' }, 'expected a length from 1m to 31d'],
    [{ since: '90d' }, 'expected a length from 1m to 31d'],
    [{ since: '2h', from: '12:00' }, 'two different things'],
    [{ to: '12:00' }, '--to needs a --from'],
    [{ from: 'last night' }, 'expected a date and time'],
    [{ from: '2026-13-41 99:99' }, 'expected a date and time'],
    [{ from: '12:00', to: '11:00' }, 'before it begins'],
    [{ from: '12:00', to: '12:00' }, 'when it begins'],
    [{ from: '2026-12-24 18:00', to: '2026-12-24 19:00' }, 'in the future'],
    [{ from: '2026-01-01 00:00' }, '31 days long at most'],
  ])('refuses %o and says what it accepts', (wish, words) => {
    const answer = windowOf(wish, NOW, 'Europe/Berlin');
    expect(answer.ok ? undefined : answer.problem).toContain(words);
  });

  it('knows which day it is where the person is, on the eve of a change of the clocks too', () => {
    const eve = Date.parse('2026-03-08T03:30:00Z'); // 22:30 in New York
    const answer = windowOf({ from: '22:00' }, eve, 'America/New_York');
    expect(answer.ok && iso(answer.window.fromMs)).toBe('2026-03-08T03:00:00.000Z');
  });

  it.each([
    [{ since: 'x' }, 'start x: expected'],
    [{ from: '23:00' }, 'begin 23:00 lies in the future (now is T1795356202000)'],
    [{ from: '12:00', to: '11:00' }, 'ends (T1795341600000) before it begins (T1795345200000)'],
    [{ to: '11:00' }, 'end needs a begin'],
  ])('is refused in the words of whoever asks: %o', (wish, problem) => {
    const words = { since: 'start', from: 'begin', to: 'end', stamp: (ms: number) => `T${ms}` };
    const answer = windowOf(wish, NOW, 'Europe/Berlin', words);
    expect(answer.ok ? '' : answer.problem).toContain(problem);
    expect(answer.ok ? '' : answer.problem).not.toContain('--');
  });
});
