import { describe, expect, it } from 'vitest';
import { shiftRecording } from '../../../practice/fleet/shifted-recording.ts';
import type { Shift } from '../../../practice/fleet/stamps.ts';
import type { DiagnosisDocument } from '../../../src/report/diagnosis-document.ts';
import type { HostClock } from '../../../src/signals/host-state.ts';
import { bundleDocument, filesOf, RECORDED } from './diagnosed.ts';

const UTC: HostClock = { errorMs: 0, timeZone: 'UTC', utcOffsetMinutes: 0, assumed: false };
const LONDON: HostClock = { errorMs: 0, timeZone: 'Europe/London', assumed: false };
const DAY = 86_400;
/** What a recording's own day is; every recording begins after 10 o'clock. */
const RECORDED_AT = Date.parse('2026-11-22T10:00:00Z');

/** A shift that brings `from` to the instant `to`. */
const shiftTo = (from: string, to: string, clock: HostClock): Shift => ({
  seconds: Math.round((Date.parse(to) - Date.parse(from)) / 1000),
  clock,
  endedAtMs: RECORDED_AT,
});

const shifted = (files: ReadonlyMap<string, Uint8Array>, shift: Shift) =>
  new Map([...files].map(([name, bytes]) => [name, shiftRecording(name, bytes, shift)]));

const later = (at: string | null, shift: Shift) =>
  at === null ? null : new Date(Date.parse(at) + shift.seconds * 1000).toISOString();

/** All that a diagnosis says except words with times in them; instants `by` later. */
const sayingOf = (got: DiagnosisDocument, by: Shift) => ({
  verdict: got.verdict,
  causes: got.causes.map(({ because, ...cause }) => ({ ...cause, because: because.map(b => b.evidence) })),
  observed: got.observed.map(({ id, evidence }) => ({ id, evidence })),
  counts: got.counts,
  // Its chance is drawn from the times themselves, so it differs in the last digit.
  correlation: { matched: got.correlation.matched, bursts: got.correlation.bursts },
  deaths: got.deaths.map(death => ({ ...death, at: later(death.at, by) })),
  gaps: got.gaps.map(({ source, kind }) => ({ source, kind })),
  evidence: Object.entries(got.evidence).map(([id, { source, at }]) => [id, source, later(at, by)]),
});
const STILL: Shift = { seconds: 0, clock: UTC, endedAtMs: RECORDED_AT };

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const move = (name: string, row: string, seconds: number, clock = UTC) =>
  text(
    shiftRecording(name, Buffer.from(row, 'latin1'), { seconds, clock, endedAtMs: Date.parse('2026-11-22') }),
  );

describe('a recording that is moved in time', () => {
  const recordings = RECORDED.map(name => ({ name, files: filesOf(name) }));
  const firstLine = (files: ReadonlyMap<string, Uint8Array>) =>
    /\[(\d\d)\/Nov\/2026:([\d:]{8})/.exec(text(files.get('nginx-app_access.log')!))![2]!;
  const SHIFTS = [
    ['over midnight into another month', '2026-11-30T23:59:50Z'],
    ['over New Year, back by years', '2023-12-31T23:59:55Z'],
    ['over a leap day', '2028-02-28T23:59:50Z'],
  ] as const;
  const cases = recordings.flatMap(r => SHIFTS.map(([where, to]) => ({ ...r, where, to })));

  it('has all the recordings there are', () => {
    expect(recordings).toHaveLength(23);
  });

  it.each(cases)('says the same of $name $where', async ({ files, to }) => {
    const shift = shiftTo(`2026-11-22T${firstLine(files)}Z`, to, UTC);
    const got = await bundleDocument(shifted(files, shift));
    expect(sayingOf(got, STILL)).toEqual(sayingOf(await bundleDocument(files), shift));
  });

  it.each(recordings)('changes nothing in $name but digits of dates, and never a length', ({ files }) => {
    const shift = shiftTo('2026-11-22T10:00:00Z', '2027-01-03T04:05:06Z', UTC);
    for (const [name, bytes] of files) {
      const after = shiftRecording(name, bytes, shift);
      expect(after, name).toHaveLength(bytes.length);
      // And back again: nothing was lost on the way.
      expect(text(shiftRecording(name, after, { ...shift, seconds: -shift.seconds })), name).toBe(
        text(bytes),
      );
      if (/^(proc|cgroup|versions|ss-unix|nginx-T|systemctl-cat)/.test(name))
        expect(text(after), name).toBe(text(bytes));
      else
        expect([
          name,
          text(after).match(/.*(?:22\/Nov\/2026|2026\/11\/22|2026-11-22|\b17953\d{5}\.\d{3}).*/)?.[0],
        ]).toEqual([name, undefined]);
    }
  });

  it.each(recordings)(
    'makes no wrong claim of $name when the clocks of its host change',
    async ({ files }) => {
      const zoned = new Map(files).set(
        'clock.txt',
        Buffer.from('epoch=1795344000.000000\nzone=Europe/London\nutc_offset=+0000\n'),
      );
      const before = await bundleDocument(files);
      const inMarch = shiftTo(`2026-11-22T${firstLine(files)}Z`, '2027-03-28T00:59:50Z', LONDON);
      const spring = await bundleDocument(shifted(zoned, inMarch));
      expect(sayingOf(spring, STILL)).toMatchObject({
        verdict: before.verdict,
        counts: before.counts,
        deaths: sayingOf(before, inMarch).deaths,
      });
      // In October an hour of the zone-less error log exists twice: certainty may go, nothing wrong may come.
      const autumn = await bundleDocument(
        shifted(zoned, shiftTo(`2026-11-22T${firstLine(files)}Z`, '2026-10-25T00:59:50Z', LONDON)),
      );
      if (autumn.verdict === 'confirmed') expect(autumn.causes[0]?.id).toBe(before.causes[0]?.id);
      else expect([before.verdict, 'inconclusive', 'likely']).toContain(autumn.verdict);
    },
  );

  it.each([
    [
      'nginx-error.log',
      '2026/11/22 23:59:59 [error] 8#8: *1 x, request: "GET /?at=2026/11/22 23:59:59"',
      '2026/11/23 00:00:00 [error] 8#8: *1 x, request: "GET /?at=2026/11/22 23:59:59"',
    ],
    [
      'nginx-access.log',
      '10.0.0.1 - - [22/Nov/2026:23:59:59 -0300] "GET /?t=1795404599.000&u=1795342284 HTTP/1.1" 200 1795402799 msec=1795402799.998',
      '10.0.0.1 - - [23/Nov/2026:00:00:00 -0300] "GET /?t=1795404599.000&u=1795342284 HTTP/1.1" 200 1795402799 msec=1795402800.998',
    ],
    [
      'nginx-app_access.json',
      '{"ts":"2026-11-22T10:11:24+00:00","msec":"1795342284.016","request":"GET /a?d=2026-11-22T10:11:23+00:00"}',
      '{"ts":"2026-11-22T10:11:25+00:00","msec":"1795342285.016","request":"GET /a?d=2026-11-22T10:11:23+00:00"}',
    ],
    ['nginx-access.log', 'up 200 1795342284.016 1795342284', 'up 200 1795342285.016 1795342284'],
    [
      'journal-gunicorn.json',
      '{"__REALTIME_TIMESTAMP":"1795342284567604","__MONOTONIC_TIMESTAMP":"174360248","__CURSOR":"s=7;m=a6486b8;t=660dab31f3434;x=f","MESSAGE":"[2026-11-22 10:11:24 +0000] [812] [INFO] \\"x\\""}',
      '{"__REALTIME_TIMESTAMP":"1795342285567604","__MONOTONIC_TIMESTAMP":"174360248","__CURSOR":"s=7;m=a6486b8;t=660dab32e7674;x=f","MESSAGE":"[2026-11-22 10:11:25 +0000] [812] [INFO] \\"x\\""}',
    ],
    [
      'journal-gunicorn.json',
      `{"MESSAGE" : [${[...Buffer.from('[2026-11-22 10:11:29 +0000] \xff', 'latin1')].join(',')}]}`,
      `{"MESSAGE" : [${[...Buffer.from('[2026-11-22 10:11:30 +0000] \xff', 'latin1')].join(',')}]}`,
    ],
    [
      'journal-kernel.txt',
      '2026-11-22T10:11:24.567604+0000 h kernel: x',
      '2026-11-22T10:11:25.567604+0000 h kernel: x',
    ],
    ['kern.log', 'Nov 30 23:59:59 h kernel: [  172.345678] x', 'Dec  1 00:00:00 h kernel: [  172.345678] x'],
    ['dmesg.txt', '[Sun Nov 22 23:59:59 2026] x', '[Mon Nov 23 00:00:00 2026] x'],
    ['dmesg.txt', '[  172.345678] x', '[  172.345678] x'],
    ['dmesg.txt', '#staunch boot-epoch 1795342112', '#staunch boot-epoch 1795342113'],
    ['nginx-error.log', '#staunch covers 1795342284 1795342290', '#staunch covers 1795342285 1795342291'],
    [
      'nginx-access.log',
      '#staunch total 1795342260 502 1795342260',
      '#staunch total 1795342261 502 1795342260',
    ],
    [
      'systemctl-show-gunicorn.txt',
      'ActiveEnterTimestamp=Sun 2026-11-22 23:59:59 UTC\nActiveEnterTimestampMonotonic=174365168',
      'ActiveEnterTimestamp=Mon 2026-11-23 00:00:00 UTC\nActiveEnterTimestampMonotonic=174365168',
    ],
    [
      'systemctl-show-gunicorn.txt',
      'ExecMainStartTimestamp=@1795342284\nExecStart={ start_time=[Sun 2026-11-22 23:59:59 -03] ; stop_time=[n/a] }',
      'ExecMainStartTimestamp=@1795342285\nExecStart={ start_time=[Mon 2026-11-23 00:00:00 -03] ; stop_time=[n/a] }',
    ],
    ['ps.txt', ' 812 1 www Sun Nov  8 23:59:59 2026 4711 x', ' 812 1 www Mon Nov  9 00:00:00 2026 4711 x'],
    ['rss.csv', 'ts,pid\n1795342291.525,1795342291', 'ts,pid\n1795342292.525,1795342291'],
    ['clock.txt', 'epoch=1795342291.52 boot_epoch=1795342112', 'epoch=1795342292.52 boot_epoch=1795342113'],
    ['meminfo.txt', 'MemTotal: 1 kB\n2026-11-22T10:11:24+00:00', 'MemTotal: 1 kB\n2026-11-22T10:11:25+00:00'],
    ['recent-changes.txt', '1795342291\tupgrade x 1795342291', '1795342292\tupgrade x 1795342291'],
    [
      'gunicorn-environment.txt',
      'config-file\t/a.py\t1795342291\n1795342291',
      'config-file\t/a.py\t1795342292\n1795342291',
    ],
    [
      'versions.txt',
      'Linux 6.1 (2026-11-16) 2026-11-16 10:00:00',
      'Linux 6.1 (2026-11-16) 2026-11-16 10:00:00',
    ],
  ])('moves a line of %s by a second: %s', (name, before, after) => {
    expect(move(name, before, 1)).toBe(after);
  });

  it.each([
    [
      'its own summer time',
      'nginx-access.log',
      '[22/Nov/2026:10:00:00 +0000]',
      '[22/Jul/2026:11:00:00 +0100]',
    ],
    [
      'its own summer time without saying so',
      'nginx-error.log',
      '2026/11/22 10:00:00',
      '2026/07/22 11:00:00',
    ],
    [
      'UTC whatever the host has',
      'systemctl-show-a.txt',
      'ATimestamp=Sun 2026-11-22 10:00:00 UTC',
      'ATimestamp=Wed 2026-07-22 10:00:00 UTC',
    ],
    [
      'the zone of an app that has another',
      'gunicorn-error.log',
      '[2026-11-22 11:00:00 +0100] [8]',
      '[2026-07-22 11:00:00 +0100] [8]',
    ],
    [
      'the offset of the day',
      'clock.txt',
      'epoch=1795341600 zone=Europe/London utc_offset=+0000',
      'epoch=1784714400 zone=Europe/London utc_offset=+0100',
    ],
  ])('prints %s', (_, name, before, after) => {
    expect(move(name, before, -123 * DAY, LONDON)).toBe(after);
  });
});
