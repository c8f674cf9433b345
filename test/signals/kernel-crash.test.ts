import { describe, expect, it } from 'vitest';
import { createKernelLogReader } from '../../src/signals/kernel-log.ts';
import type { Signal } from '../../src/signals/signal.ts';
import { inUtc } from './server.ts';

function signalsOf(lines: readonly string[]): readonly Signal[] {
  const reader = createKernelLogReader(inUtc, { referenceMs: 0, bootEpochMs: 1_795_340_000_000 });
  for (const line of lines) reader.readLine(line);
  return reader.finish();
}
const report = (message: string) => [`[  100.000000] ${message}`];

describe('crashes and other killers in the kernel log', () => {
  it.each([
    [
      'python3[12171]: segfault at 0 ip 00007f5402185ad8 sp 00007fff97f79688 error 4 in libc.so.6[167ad8,7f5402044000+156000] likely on CPU 1 (core 1, socket 0)',
      12171,
      'python3',
      'SIGSEGV',
    ],
    [
      'gunicorn: worke[25057]: segfault at 0 ip 00007fac28b85ad8 sp 00007ffc41eb51f8 error 4',
      25057,
      'gunicorn: worke',
      'SIGSEGV',
    ],
    [
      'traps: python3[77] general protection fault ip:7f sp:7f error:0 in libc.so.6[7f+1]',
      77,
      'python3',
      'SIGSEGV',
    ],
    ['traps: python3[77] trap invalid opcode ip:7f sp:7f error:0 in x.so[7f+1]', 77, 'python3', 'SIGILL'],
    ['traps: python3[77] trap divide error ip:7f sp:7f error:0', 77, 'python3', 'SIGFPE'],
    [
      'python3[77]: unhandled level 2 translation fault (11) at 0x00000000, esr 0x92000006',
      77,
      'python3',
      'SIGSEGV',
    ],
  ])('reads %s', (message, pid, comm, signal) => {
    expect(signalsOf(report(message))).toMatchObject([{ kind: 'process-crash', pid, comm, signal }]);
  });

  it('reads systemd-coredump, with the signal where the journal has it', () => {
    const fields = {
      __REALTIME_TIMESTAMP: '1795342537539784',
      MESSAGE: 'Process 1234 (gunicorn) of user 999 dumped core.\n\nStack trace of thread 1234:',
      MESSAGE_ID: 'fc2e22bc6ee647b6b90729ab34a250b1',
      COREDUMP_PID: '1234',
      COREDUMP_COMM: 'gunicorn',
      COREDUMP_SIGNAL: '6',
      COREDUMP_UNIT: 'app.service',
    };
    expect(signalsOf([JSON.stringify(fields)])).toMatchObject([
      { kind: 'process-crash', pid: 1234, comm: 'gunicorn', signal: 'SIGABRT' },
    ]);
    const text =
      '2026-11-22T10:17:38+00:00 lab systemd-coredump[9]: Process 1234 (gunicorn) of user 999 dumped core.';
    expect(signalsOf([text])).toMatchObject([{ pid: 1234, signal: 'unknown' }]);
  });

  it('reads what earlyoom, PID 1 and NGINX add to the same answer', () => {
    const at = '2026-11-22T10:17:38+00:00 lab';
    const kinds = signalsOf([
      `${at} earlyoom[5]: sending SIGTERM to process 1234 uid 999 "gunicorn": badness 900, VmRSS 200 MiB`,
      `${at} systemd[1]: redis.service: A process of this unit has been killed by the OOM killer.`,
      `${at} nginx[7]: 2026/11/22 10:17:38 [alert] 7#7: worker process 8 exited on signal 9`,
      `${at} myapp[7]: Killed process 5 (x) total-vm:1kB`,
    ]).map(signal => signal.kind);
    expect(kinds).toEqual(['userspace-oom-kill', 'unit', 'nginx-event']);
  });
});
