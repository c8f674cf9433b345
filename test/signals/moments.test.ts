import { describe, expect, it } from 'vitest';
import {
  ctimeMoment,
  epochSecondsMoment,
  errorLogMoment,
  isoMoment,
  syslogMoment,
  timeLocalMoment,
} from '../../src/signals/moments.ts';
import { inUtc, serverIn } from './server.ts';

const HOUR_MS = 3_600_000;
const at = (iso: string) => Date.parse(iso);

describe('errorLogMoment: local time in the zone of the host', () => {
  it.each([
    ['UTC', '2026/11/22 10:15:53', '2026-11-22T10:15:53Z', 0],
    ['Asia/Kolkata', '2026/11/22 10:15:53', '2026-11-22T04:45:53Z', 0],
    ['Europe/Berlin', '2026/07/01 12:00:00', '2026-07-01T10:00:00Z', 0],
    ['Europe/Berlin', '2026/01/01 12:00:00', '2026-01-01T11:00:00Z', 0],
    ['Europe/Berlin', '2026/10/25 01:59:59', '2026-10-24T23:59:59Z', 0],
    ['Europe/Berlin', '2026/10/25 02:00:00', '2026-10-25T00:00:00Z', HOUR_MS],
    ['Europe/Berlin', '2026/10/25 02:59:59', '2026-10-25T00:59:59Z', HOUR_MS],
    ['Europe/Berlin', '2026/10/25 03:00:00', '2026-10-25T02:00:00Z', 0],
    ['Europe/Berlin', '2026/03/29 01:59:59', '2026-03-29T00:59:59Z', 0],
    ['Europe/Berlin', '2026/03/29 02:30:00', '2026-03-29T01:30:00Z', 0],
    ['Europe/Berlin', '2026/03/29 03:00:00', '2026-03-29T01:00:00Z', 0],
    ['America/New_York', '2026/11/01 01:30:00', '2026-11-01T05:30:00Z', HOUR_MS],
    ['America/New_York', '2026/11/01 02:30:00', '2026-11-01T07:30:00Z', 0],
    ['America/New_York', '2026/03/08 02:15:00', '2026-03-08T07:15:00Z', 0],
    ['America/New_York', '2026/03/08 03:00:00', '2026-03-08T07:00:00Z', 0],
    ['Australia/Lord_Howe', '2026/04/05 01:45:00', '2026-04-04T14:45:00Z', HOUR_MS / 2],
  ])('%s %s is %s, give or take %i ms', (zone, printed, iso, toleranceMs) => {
    expect(errorLogMoment(printed, 0, serverIn(zone).clock)).toEqual({ epochMs: at(iso), toleranceMs });
  });

  it('uses the fixed offset when the zone has no name, or one that nobody knows', () => {
    const clock = { errorMs: 0, utcOffsetMinutes: 330, assumed: false };
    expect(errorLogMoment('2026/11/22 10:15:53', 0, clock)?.epochMs).toBe(at('2026-11-22T04:45:53Z'));
    expect(errorLogMoment('2026/11/22 10:15:53', 0, { ...clock, timeZone: 'Mars/Base' })?.epochMs).toBe(
      at('2026-11-22T04:45:53Z'),
    );
  });

  it.each([['2026/13/22 10:15:53'], ['2026/11/22 24:15:53'], ['2026-11-22 10:15:53'], ['2026/11/22'], ['']])(
    'does not read %j',
    printed => {
      expect(errorLogMoment(printed, 0, inUtc.clock)).toBeUndefined();
    },
  );

  it('agrees with the zone database for every hour of a year', () => {
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'America/New_York',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    const { clock } = serverIn('America/New_York');
    for (let utcMs = at('2026-01-01T00:00:00Z'); utcMs < at('2027-01-01T00:00:00Z'); utcMs += HOUR_MS) {
      const moment = errorLogMoment(format.format(utcMs).replaceAll('-', '/'), 0, clock);
      expect(Math.abs((moment?.epochMs ?? 0) - utcMs)).toBeLessThanOrEqual(moment?.toleranceMs ?? -1);
    }
  });
});

describe('other stamps', () => {
  it.each([
    ['2026-11-22T10:15:53+00:00', '2026-11-22T10:15:53Z'],
    ['2026-11-22T10:15:53.988371+0000', '2026-11-22T10:15:53.988Z'],
    ['2026-11-22T10:15:53,250+05:30', '2026-11-22T04:45:53.250Z'],
    ['2026-11-22 10:15:53 -0800', '2026-11-22T18:15:53Z'],
    ['2026-11-22T10:15:53Z', '2026-11-22T10:15:53Z'],
    ['2026-11-22 10:15:53', '2026-11-22T09:15:53Z'],
  ])('isoMoment reads %s', (printed, iso) => {
    expect(isoMoment(printed, 0, serverIn('Europe/Berlin').clock)?.epochMs).toBe(at(iso));
  });

  it('timeLocalMoment reads the zone of the access log', () => {
    expect(timeLocalMoment('22/Nov/2026:10:15:53 +0530', 0)?.epochMs).toBe(at('2026-11-22T04:45:53Z'));
    expect(timeLocalMoment('22/мая/2026:10:15:53 +0530', 0)).toBeUndefined();
  });

  it('epochSecondsMoment keeps the milliseconds of $msec', () => {
    expect(epochSecondsMoment('1795343205.316')?.epochMs).toBe(1795343205316);
    expect(epochSecondsMoment('-')).toBeUndefined();
  });

  it.each([
    ['Nov 22 10:13:15', '2026-11-22T12:00:00Z', '2026-11-22T10:13:15Z'],
    ['Dec 31 23:59:59', '2027-01-01T00:10:00Z', '2026-12-31T23:59:59Z'],
    ['Jan  1 00:00:05', '2026-12-31T23:59:59Z', '2027-01-01T00:00:05Z'],
    ['Nov 22 10:13:15', '2026-03-01T00:00:00Z', '2025-11-22T10:13:15Z'],
  ])('syslogMoment finds the year of %s read at %s', (printed, reference, iso) => {
    expect(syslogMoment(printed, at(reference), inUtc.clock)?.epochMs).toBe(at(iso));
  });

  it('does not read months of another language', () => {
    expect(syslogMoment('апр 22 10:13:15', at('2026-11-22T12:00:00Z'), inUtc.clock)).toBeUndefined();
  });

  it('ctimeMoment reads dmesg -T', () => {
    expect(ctimeMoment('Sun Nov  2 10:17:08 2026', 0, inUtc.clock)?.epochMs).toBe(at('2026-11-02T10:17:08Z'));
  });
});
