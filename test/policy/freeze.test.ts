import { describe, expect, it } from 'vitest';
import { type Freeze, freezeAt } from '../../src/policy/freeze.ts';

const BERLIN = 'Europe/Berlin';
const holidays: Freeze = { from: '2026-12-20 00:00', to: '2027-01-02 08:00', timeZone: BERLIN };
const fridays: Freeze = { from: '16:00', to: '24:00', timeZone: BERLIN, days: ['fri'] };
const night: Freeze = { from: '22:00', to: '06:00', timeZone: 'UTC' };

describe('a freeze', () => {
  it.each([
    ['before it', holidays, '2026-12-19T22:59:00Z', false],
    ['at its first minute, by the clocks of its zone', holidays, '2026-12-19T23:00:00Z', true],
    ['over New Year', holidays, '2026-12-31T23:59:59Z', true],
    ['at its last minute', holidays, '2027-01-02T06:59:59Z', true],
    ['when it is over', holidays, '2027-01-02T07:00:00Z', false],
    ['on a Friday afternoon', fridays, '2026-11-27T15:30:00Z', true],
    ['on a Friday noon', fridays, '2026-11-27T12:00:00Z', false],
    ['on a Thursday afternoon', fridays, '2026-11-26T15:30:00Z', false],
    ['on the Saturday after', fridays, '2026-11-28T00:00:00Z', false],
    ['in a summer Friday, an hour earlier in UTC', fridays, '2026-07-03T14:00:00Z', true],
    ['after midnight', night, '2026-11-27T05:59:00Z', true],
    ['in the morning', night, '2026-11-27T06:00:00Z', false],
  ])('%s', (_, freeze, at, lasts) => {
    expect(freezeAt([freeze], Date.parse(at))).toBe(lasts ? freeze : undefined);
  });

  it('lasts always when its zone is not known: deny by default', () => {
    const lost = { ...holidays, timeZone: 'Europe/Atlantis' };
    expect(freezeAt([lost], Date.parse('2026-06-01T00:00:00Z'))).toBe(lost);
  });

  it('is not there when none is written', () => {
    expect(freezeAt([], 0)).toBeUndefined();
  });
});
