import { describe, expect, it } from 'vitest';
import { dateText, dayText } from '../../../practice/page/date-text.ts';
import { momentOf, wallClock } from '../../../practice/page/wall-clock.ts';

const AT = Date.UTC(2026, 10, 20, 23, 5, 9);
const NOW = Date.UTC(2026, 10, 21, 1);
const reader = { tz: 'UTC', nowMs: NOW };

describe('a date', () => {
  it.each([
    ['{date_num} {time_secs}', '2026-11-20 23:05:09'],
    ['{date_slash}', '20/11/2026'],
    ['{date}', 'November 20th'],
    ['{date_long}', 'Friday, November 20th'],
    ['{date_long_full}', 'November 20, 2026'],
    ['{date_short} at {time}', 'Nov 20, 2026 at 23:05'],
    ['{date_pretty}, {date_short_pretty}, {date_long_pretty}', 'yesterday, yesterday, yesterday'],
    ['{ago}', '2 hours ago'],
    ['no token', 'no token'],
  ])('as %s is %s', (format, shown) => {
    expect(dateText(AT, format, reader)).toBe(shown);
  });

  it('is told by the clock of the reader', () => {
    expect(dateText(AT, '{date_num} {time}', { ...reader, tz: 'Asia/Kolkata' })).toBe('2026-11-21 04:35');
    expect(dateText(AT, '{time}', { ...reader, tz: 'Nowhere/At-all' })).toBe('23:05');
  });

  it('shows the year when it is far away', () => {
    expect(dateText(Date.UTC(2014, 1, 18), '{date}', reader)).toBe('February 18th, 2014');
  });

  it.each([
    [1, '1st'],
    [2, '2nd'],
    [3, '3rd'],
    [11, '11th'],
    [12, '12th'],
    [22, '22nd'],
  ])('of day %i ends well', (day, written) => {
    expect(dateText(Date.UTC(2026, 9, day), '{date}', reader)).toBe(`October ${written}`);
  });

  it.each([
    [-30_000, 'in 30 seconds'],
    [1000, '1 second ago'],
    [60_000, '1 minute ago'],
    [3 * 86_400_000, '3 days ago'],
  ])('%i ms back is %s', (passedMs, shown) => {
    expect(dateText(NOW - passedMs, '{ago}', reader)).toBe(shown);
  });

  it.each([
    [AT, '{foo}'],
    [Number.NaN, '{time}'],
    [1e17, '{time}'],
  ])('that cannot be shown is left to the fallback (%d, %s)', (atMs, format) => {
    expect(dateText(atMs, format, reader)).toBeUndefined();
  });

  it('separates days by the calendar of the reader', () => {
    expect(dayText(AT, reader)).toBe('Yesterday');
    expect(dayText(AT, { ...reader, tz: 'Asia/Kolkata' })).toBe('Today');
    expect(dayText(Date.UTC(2026, 10, 2), reader)).toBe('Monday, November 2nd');
  });
});

describe('the clock on the wall', () => {
  it.each([
    ['UTC', Date.UTC(2026, 0, 1, 12), '2026-01-01T12:00'],
    ['America/New_York', Date.UTC(2026, 0, 1, 2), '2025-12-31T21:00'],
    ['Asia/Kolkata', Date.UTC(2026, 5, 1, 12), '2026-06-01T17:30'],
    ['Europe/Berlin', Date.UTC(2026, 9, 25, 0, 30), '2026-10-25T02:30'],
  ])('of %s goes there and back', (tz, atMs, wall) => {
    expect(wallClock(atMs, tz)).toBe(wall);
    expect(momentOf(wall, tz)).toBe(atMs);
  });

  it('jumps over the hour that spring takes', () => {
    expect(momentOf('2026-03-29T02:30', 'Europe/Berlin')).toBe(Date.UTC(2026, 2, 29, 1, 30));
  });

  it('knows no moment for an empty field', () => {
    expect(momentOf('', 'UTC')).toBeUndefined();
  });
});
