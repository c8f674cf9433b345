import { describe, expect, it } from 'vitest';
import {
  clockFromEvidence,
  offsetMinutes,
  readBootEpochMs,
  readHostClock,
} from '../../src/signals/host-clock.ts';
import { fixture } from './host-state-fixture.ts';

const ANSWER = 'epoch=1795342291.520\nzone=Europe/Berlin\nutc_offset=+0100\nboot_epoch=1795342110\n';

describe('the clock answer', () => {
  it('measures the offset against the middle of the round trip', () => {
    expect(readHostClock(ANSWER, { sentAtMs: 1_795_342_290_000, receivedAtMs: 1_795_342_290_040 })).toEqual({
      offsetMs: 1_500,
      errorMs: 20,
      timeZone: 'Europe/Berlin',
      utcOffsetMinutes: 60,
      assumed: false,
    });
  });

  it('adds half a second of doubt to a clock of whole seconds', () => {
    const clock = readHostClock('epoch=1795342291\n', {
      sentAtMs: 1_795_342_291_400,
      receivedAtMs: 1_795_342_291_600,
    });
    expect(clock).toMatchObject({ offsetMs: 0, errorMs: 600 });
  });

  it('has no offset when it was recorded', () => {
    expect(readHostClock(ANSWER)).toEqual({
      errorMs: 0,
      timeZone: 'Europe/Berlin',
      utcOffsetMinutes: 60,
      assumed: false,
    });
  });

  it.each(['Mars/Olympus', '../../etc/passwd', '', 'Europe/Berlin;rm'])('drops a zone named %j', zone => {
    expect(readHostClock(`zone=${zone}\nutc_offset=-0330\n`)).toEqual({
      errorMs: 0,
      utcOffsetMinutes: -210,
      assumed: false,
    });
  });

  it('assumes UTC, and says so, when only the time was answered', () => {
    expect(readHostClock('epoch=1795342291.5\n')).toEqual({ errorMs: 0, utcOffsetMinutes: 0, assumed: true });
  });

  it.each(['', 'date: not found\n', 'epoch=soon\n'])('gives nothing for %j', text => {
    expect(readHostClock(text)).toBeUndefined();
  });

  it('tells the boot', () => {
    expect(readBootEpochMs(ANSWER)).toBe(1_795_342_110_000);
    expect(readBootEpochMs('boot_epoch=\n')).toBeUndefined();
  });
});

describe('the zone of recorded evidence', () => {
  const access = '10.0.0.1 - - [22/Nov/2026:10:11:31 +0200] "GET / HTTP/1.1" 200 36 "-" "x"';
  it.each([
    [
      'an access line',
      { nginxAccessLine: access, unitStateText: 'ActiveEnterTimestamp=Sun 2026-11-22 08:11:24 UTC\n' },
      120,
    ],
    ['a JSON access line', { nginxAccessLine: '{"ts":"2026-11-22T10:11:31-05:00"}' }, -300],
    [
      'a unit stamp of a zone without letters',
      { unitStateText: 'StateChangeTimestamp=Sun 2026-11-22 08:11:24 -03\n' },
      -180,
    ],
    ['a Gunicorn line', { gunicornLine: '[2026-11-22 10:11:56 +0545] [845] [INFO] Booting worker' }, 345],
    ['the date in meminfo.txt', { hostMemoryText: fixture('meminfo-qemu.txt') }, 0],
  ])('comes from %s', (_, evidence, utcOffsetMinutes) => {
    expect(clockFromEvidence(evidence)).toEqual({ errorMs: 0, utcOffsetMinutes, assumed: false });
  });

  it('is UTC by name when systemd prints UTC', () => {
    expect(clockFromEvidence({ unitStateText: fixture('systemctl-show-vm.txt') })).toEqual({
      errorMs: 0,
      timeZone: 'UTC',
      utcOffsetMinutes: 0,
      assumed: false,
    });
  });

  it.each([
    {},
    { unitStateText: 'ActiveEnterTimestamp=Sun 2026-11-22 08:11:24 CST\n' },
    { nginxAccessLine: 'x' },
  ])('is assumed for %j', evidence =>
    expect(clockFromEvidence(evidence)).toMatchObject({ timeZone: 'UTC', assumed: true }),
  );
});

it.each([
  ['+0000', 0],
  ['-0000', 0],
  ['+05:30', 330],
  ['-03', -180],
  ['+1500', undefined],
  ['CET', undefined],
])('offset %s is %s minutes', (text, minutes) => expect(offsetMinutes(text)).toBe(minutes));
