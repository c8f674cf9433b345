import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKnownZone, isQuiet, type QuietHours, WEEKDAYS } from '../../src/policy/quiet-hours.ts';

const NIGHT: QuietHours = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
const at = (text: string) => Date.parse(text);

describe('quiet hours', () => {
  it.each([
    ['in the evening before they begin', NIGHT, '2026-11-24T21:59:59+01:00', false],
    ['as they begin', NIGHT, '2026-11-24T22:00:00+01:00', true],
    ['after midnight', NIGHT, '2026-11-25T03:00:00+01:00', true],
    ['in their last minute', NIGHT, '2026-11-25T06:59:59+01:00', true],
    ['as they end', NIGHT, '2026-11-25T07:00:00+01:00', false],
    ['at noon', { ...NIGHT, from: '12:00', to: '13:00' }, '2026-11-25T12:30:00+01:00', true],
    ['at noon of another zone', { ...NIGHT, from: '12:00', to: '13:00' }, '2026-11-25T12:30:00Z', false],
    ['all day', { ...NIGHT, from: '00:00', to: '24:00' }, '2026-11-25T23:59:59+01:00', true],
    ['until the end of the day', { ...NIGHT, to: '24:00' }, '2026-11-25T00:00:00+01:00', false],
    ['in a zone that nobody knows', { ...NIGHT, timeZone: 'Mars/Olympus' }, '2026-11-25T03:00:00Z', false],
  ])('%s', (_when, hours, instant, quiet) => {
    expect(isQuiet([hours], at(instant))).toBe(quiet);
  });

  // 28 November 2026 is a Saturday.
  it.each([
    ['the evening of a day that is named', '2026-11-28T23:00:00+01:00', true],
    ['the morning after it, although that day is not named', '2026-11-29T06:00:00+01:00', true],
    ['the morning of the day itself, which belongs to the night before', '2026-11-28T06:00:00+01:00', false],
    ['the evening after', '2026-11-29T23:00:00+01:00', false],
  ])('of a Saturday hold in %s: %s', (_when, instant, quiet) => {
    expect(isQuiet([{ ...NIGHT, days: ['sat'] }], at(instant))).toBe(quiet);
  });

  it.each([
    ['begin an hour later by UTC in winter', '2026-10-25T20:30:00Z', false],
    ['begin so in summer', '2026-10-24T20:30:00Z', true],
    ['hold in both halves of a repeated hour, the first', '2026-10-25T00:30:00Z', true],
    ['and the second', '2026-10-25T01:30:00Z', true],
    ['end by the new clock on the morning of the change', '2026-10-25T05:30:00Z', true],
    ['and not before or after it', '2026-10-25T06:00:00Z', false],
  ])('over a change of clocks: %s', (_what, instant, quiet) => {
    expect(isQuiet([NIGHT], at(instant))).toBe(quiet);
  });

  it('within an hour that is left out do not happen', () => {
    const skipped = { ...NIGHT, from: '02:00', to: '03:00' };
    const quiet = Array.from({ length: 24 * 60 }, (_, minute) =>
      isQuiet([skipped], at('2026-03-29T00:00:00+01:00') + minute * 60_000),
    );
    expect(quiet).not.toContain(true);
  });

  it('are none where none are given, and any of several', () => {
    expect(isQuiet([], at('2026-11-25T03:00:00Z'))).toBe(false);
    const noon = { ...NIGHT, from: '12:00', to: '13:00' };
    expect(isQuiet([NIGHT, noon], at('2026-11-25T12:30:00+01:00'))).toBe(true);
  });
});

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(parts => parts.map(part => String(part).padStart(2, '0')).join(':'));
const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
);
const instant = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
  .map(Number);
const hours = fc
  .record({ from: clock, to: clock, timeZone: zone })
  .filter(({ from, to }) => from !== to) satisfies fc.Arbitrary<QuietHours>;

describe('quiet hours, whenever they are', () => {
  it('and their opposite share out every minute between them', () => {
    fc.assert(
      fc.property(hours, instant, ({ from, to, timeZone }, atMs) => {
        const rest = { from: to, to: from, timeZone };
        expect(isQuiet([{ from, to, timeZone }], atMs)).toBe(!isQuiet([rest], atMs));
      }),
    );
  });

  it('of single days are together those of every day', () => {
    fc.assert(
      fc.property(hours, instant, (every, atMs) => {
        const single = WEEKDAYS.map(day => ({ ...every, days: [day] }));
        expect(isQuiet(single, atMs)).toBe(isQuiet([every], atMs));
        expect(single.filter(one => isQuiet([one], atMs)).length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('show the same to a clock on the wall, whichever zone it hangs in', () => {
    fc.assert(
      fc.property(hours, instant, (quiet, atMs) => {
        const wall = new Intl.DateTimeFormat('sv-SE', {
          timeZone: quiet.timeZone,
          timeStyle: 'short',
        }).format(atMs);
        const { from, to } = quiet;
        const within = from < to ? wall >= from && wall < to : wall >= from || wall < to;
        expect(isQuiet([quiet], atMs)).toBe(within);
      }),
    );
  });
});

describe('a time zone', () => {
  it.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['Mars/Olympus', false],
    ['', false],
    ['constructor', false],
  ])('%j is known: %s', (name, known) => {
    expect(isKnownZone(name)).toBe(known);
  });
});
