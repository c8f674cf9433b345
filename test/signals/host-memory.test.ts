import { expect, it } from 'vitest';
import { bootEpochFromUptime, readHostMemory } from '../../src/signals/host-memory.ts';
import { fixture } from './host-state-fixture.ts';

it('reads the meminfo of a capture with its vmstat lines', () => {
  expect(readHostMemory(fixture('meminfo-qemu.txt'))).toEqual({
    totalBytes: 609_296 * 1024,
    availableBytes: 245_696 * 1024,
    swapTotalBytes: 0,
    swapFreeBytes: 0,
    oomKillsSinceBoot: 7,
  });
});

it('reads pressure and vmstat lines of the read script', () => {
  const text = `MemTotal: 100 kB
pressure:some avg10=1.00 avg60=2.50 avg300=0.00 total=9
pressure:full avg10=0.00 avg60=1.25 avg300=0.00 total=4
vmstat:pswpin 12
vmstat:oom_kill 3
`;
  expect(readHostMemory(text)).toEqual({
    totalBytes: 102_400,
    pressureSome: 2.5,
    pressureFull: 1.25,
    swapInPages: 12,
    oomKillsSinceBoot: 3,
  });
});

it.each(['', 'MemFree: 1 kB\n', 'MemTotal: lots kB\n'])('gives nothing for %j', text => {
  expect(readHostMemory(text)).toBeUndefined();
});

it('dates the boot by uptime and date', () => {
  expect(bootEpochFromUptime('131.32 44.05\n2026-11-22T10:38:20,529950630+00:00\n')).toBe(
    Date.parse('2026-11-22T10:36:09.209Z'),
  );
  expect(bootEpochFromUptime('131.32 44.05\n')).toBeUndefined();
});
