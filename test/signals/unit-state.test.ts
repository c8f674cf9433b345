import { describe, expect, it } from 'vitest';
import { readUnitState, systemdDurationMs } from '../../src/signals/unit-state.ts';
import { fixture, withoutLines } from './host-state-fixture.ts';

const UNIT = 'gunicorn.service';

describe('systemctl show', () => {
  it('gives every property of a running unit that a diagnosis needs', () => {
    const state = readUnitState(fixture('systemctl-show-vm.txt'), 'lab21', UNIT);
    expect(withoutLines(state)).toEqual({
      unit: UNIT,
      loadState: 'loaded',
      activeState: 'active',
      subState: 'running',
      result: 'success',
      type: 'notify',
      mainPid: 827,
      restarts: 0,
      restart: 'on-failure',
      oomPolicy: 'continue',
      controlGroup: '/system.slice/gunicorn.service',
      memoryMaxBytes: 234_881_024,
      memoryCurrentBytes: 191_664_128,
      timeoutStopMs: 15_000,
      startLimitBurst: 5,
      activeSinceMs: Date.parse('2026-11-22T10:11:24Z'),
      mainStartedMs: Date.parse('2026-11-22T10:11:22Z'),
      execStart: '/usr/bin/gunicorn --config /srv/app/gunicorn.conf.py app:app',
      user: 'app',
      workingDirectory: '/srv/app',
      environmentFiles: ['/etc/default/gunicorn (ignore_errors=yes)'],
      fragmentPath: '/etc/systemd/system/gunicorn.service',
      dropInPaths: ['/etc/systemd/system/gunicorn.service.d/case.conf'],
      needsDaemonReload: false,
    });
  });

  it('keeps the verbatim line of every property', () => {
    const state = readUnitState(fixture('systemctl-show-vm.txt'), 'lab21', UNIT);
    expect(state?.lines.get('OOMPolicy')).toEqual({
      server: 'lab21',
      source: 'unit-state',
      text: 'OOMPolicy=continue',
    });
    expect(state?.lines.get('ExecStart')?.text).toMatch(/^ExecStart=\{ path=.* status=0\/0 \}$/);
  });

  it('shows that a unit is not known instead of giving nothing', () => {
    const state = readUnitState(
      'LoadState=not-found\nActiveState=inactive\nMainPID=0\nControlGroup=\n',
      's',
      UNIT,
    );
    expect(withoutLines(state)).toEqual({
      unit: UNIT,
      loadState: 'not-found',
      activeState: 'inactive',
      controlGroup: '',
    });
  });

  it.each([
    '',
    '\n\n',
    'Failed to connect to bus: No such file or directory\n',
    'System has not been booted\n',
  ])('gives nothing for %j', text => expect(readUnitState(text, 's', UNIT)).toBeUndefined());

  it.each(['infinity', '[not set]', '18446744073709551615', '[no data]', '', '-1', '1e9'])(
    'reads a limit of %j as no limit',
    value => expect(readUnitState(`MemoryMax=${value}\n`, 's', UNIT)).not.toHaveProperty('memoryMaxBytes'),
  );

  it('takes the cgroup v1 limit where MemoryMax is not set', () => {
    const state = readUnitState('MemoryMax=infinity\nMemoryLimit=1048576\n', 's', UNIT);
    expect(state?.memoryMaxBytes).toBe(1_048_576);
  });

  it('picks the asked unit when several were shown', () => {
    const text = 'MainPID=1\nId=nginx.service\n\nMainPID=2\nId=app.service\nNames=app.service web.service\n';
    expect(readUnitState(text, 's', 'app')?.mainPid).toBe(2);
    expect(readUnitState(text, 's', 'web.service')?.mainPid).toBe(2);
  });

  it('collects every EnvironmentFiles line', () => {
    const text = 'EnvironmentFiles=/etc/a (ignore_errors=no)\nEnvironmentFiles=/etc/b (ignore_errors=yes)\n';
    expect(readUnitState(text, 's', UNIT)?.environmentFiles).toHaveLength(2);
  });
});

describe('time spans of systemd', () => {
  it.each([
    ['1min 30s', 90_000],
    ['15s', 15_000],
    ['500ms', 500],
    ['1h 2min 3s', 3_723_000],
    ['1.5s', 1_500],
    ['250us', 0],
    ['1d', 86_400_000],
    ['0', 0],
    ['infinity', undefined],
    ['15 parsecs', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j ms', (span, ms) => expect(systemdDurationMs(span)).toBe(ms));
});

describe('stamps of systemd', () => {
  const since = (stamp: string, clocks = {}) =>
    readUnitState(
      `ActiveEnterTimestamp=${stamp}\nActiveEnterTimestampMonotonic=174365168\n`,
      's',
      UNIT,
      clocks,
    )?.activeSinceMs;
  const berlin = { clock: { errorMs: 0, timeZone: 'Europe/Berlin', assumed: false } };

  it.each([
    ['Sun 2026-11-22 10:11:24 UTC', {}, '2026-11-22T10:11:24Z'],
    ['Sun 2026-11-22 10:11:24.250000 GMT', {}, '2026-11-22T10:11:24.250Z'],
    ['Sun 2026-11-22 10:11:24 -03', {}, '2026-11-22T13:11:24Z'],
    ['Sun 2026-11-22 10:11:24 +0545', {}, '2026-11-22T04:26:24Z'],
    ['@1795342284', {}, '2026-11-22T10:11:24Z'],
    ['Sun 2026-11-22 10:11:24 CET', berlin, '2026-11-22T09:11:24Z'],
    ['Sat 2026-07-04 10:11:24 CEST', berlin, '2026-07-04T08:11:24Z'],
    [
      'Sun 2026-11-22 10:11:24 IST',
      { bootEpochMs: Date.parse('2026-11-22T04:38:30Z') },
      '2026-11-22T04:41:24.365Z',
    ],
  ])('%s is dated', (stamp, clocks, iso) => expect(since(stamp, clocks)).toBe(Date.parse(iso)));

  it.each([
    ['an abbreviation without a zone to explain it', 'Sun 2026-11-22 10:11:24 CST', {}],
    [
      'a zone that was only assumed',
      'Sun 2026-11-22 10:11:24 CST',
      { clock: { errorMs: 0, utcOffsetMinutes: 0, assumed: true } },
    ],
    ['the hour that the end of summer time repeats', 'Sun 2026-10-25 02:30:00 CET', berlin],
    ['a unit that was never active', 'n/a', {}],
    ['no stamp', '', {}],
    ['a day that does not exist', 'Sun 2026-99-22 10:11:24 UTC', {}],
  ])('%s stays undated', (_, stamp, clocks) => expect(since(stamp, clocks)).toBeUndefined());
});
