import { describe, expect, it } from 'vitest';
import { type JournalRecord, readJournalRecord, readTextRecord } from '../../src/signals/journal-record.ts';
import type { Signal } from '../../src/signals/signal.ts';
import { createUnitJournalReader } from '../../src/signals/unit-journal.ts';
import { fixtureLines, inUtc } from './server.ts';

const UNIT = 'gunicorn.service';
const base = { realtimeUs: 1_795_342_537_539_784, transport: 'stdout', identifier: 'gunicorn', unit: UNIT };
const stdout = (pid: number, message: string): JournalRecord => ({ ...base, pid, message });
const systemd = (message: string, more: Partial<JournalRecord> = {}): JournalRecord => ({
  ...base,
  unit: 'init.scope',
  transport: 'journal',
  identifier: 'systemd',
  comm: 'systemd',
  pid: 1,
  message,
  ...more,
});
const daemon = (identifier: string, message: string): JournalRecord => ({
  ...base,
  unit: `${identifier}.service`,
  identifier,
  pid: 9,
  message,
});

function read(records: readonly JournalRecord[]): readonly Signal[] {
  const reader = createUnitJournalReader(inUtc, UNIT);
  return [...records.flatMap(record => reader.read(record)), ...reader.finish()];
}
const texts = (name: string) =>
  fixtureLines(name).flatMap(line => readTextRecord(line, inUtc, Date.UTC(2026, 10, 23)) ?? []);
const eventsOf = (signals: readonly Signal[]) =>
  signals.map(signal => ('event' in signal ? signal.event : signal.kind));

describe('what PID 1 says', () => {
  it.each([
    [`${UNIT}: A process of this unit has been killed by the OOM killer.`, { event: 'oom-kill-noticed' }],
    [`${UNIT}: The kernel OOM killer killed some processes in this unit.`, { event: 'oom-kill-noticed' }],
    [`${UNIT}: systemd-oomd killed 3 process(es) in this unit.`, { event: 'oomd-kill' }],
    [`${UNIT}: systemd-oomd killed some process(es) in this unit.`, { event: 'oomd-kill' }],
    [
      `${UNIT}: Main process exited, code=killed, status=9/KILL`,
      { event: 'main-exited', exitKind: 'killed', status: 9 },
    ],
    [
      `${UNIT}: Main process exited, code=dumped, status=11/SEGV`,
      { event: 'main-exited', exitKind: 'dumped', status: 11 },
    ],
    [
      `${UNIT}: main process exited, code=exited, status=3/NOTIMPLEMENTED`,
      { event: 'main-exited', exitKind: 'exited', status: 3 },
    ],
    [`${UNIT}: Failed with result 'oom-kill'.`, { event: 'failed', result: 'oom-kill' }],
    [`${UNIT}: Failed with result 'start-limit-hit'.`, { event: 'failed', result: 'start-limit-hit' }],
    [`Unit ${UNIT} entered failed state.`, { event: 'failed' }],
    [`${UNIT}: Scheduled restart job, restart counter is at 1.`, { event: 'restart-scheduled' }],
    [`${UNIT} holdoff time over, scheduling restart.`, { event: 'restart-scheduled' }],
    [`${UNIT}: Service hold-off time over, scheduling restart.`, { event: 'restart-scheduled' }],
    [`${UNIT}: Start request repeated too quickly.`, { event: 'start-limit-hit' }],
    [`start request repeated too quickly for ${UNIT}`, { event: 'start-limit-hit' }],
    [`Starting ${UNIT} - Lab Flask app (gunicorn)...`, { event: 'starting' }],
    [`Started ${UNIT} - Lab Flask app (gunicorn).`, { event: 'started' }],
    [`Failed to start ${UNIT} - Lab Flask app (gunicorn).`, { event: 'start-failed' }],
    [`Stopping ${UNIT} - Lab Flask app (gunicorn)...`, { event: 'stopping' }],
    [`Stopped ${UNIT} - Lab Flask app (gunicorn).`, { event: 'stopped' }],
    [`Reloading ${UNIT} - Lab Flask app (gunicorn)...`, { event: 'reloading' }],
    [`Reloaded ${UNIT} - Lab Flask app (gunicorn).`, { event: 'reloaded' }],
    [`${UNIT}: State 'stop-sigterm' timed out. Killing.`, { event: 'stop-timed-out' }],
    [`${UNIT} stop-sigterm timed out. Killing.`, { event: 'stop-timed-out' }],
    [`${UNIT}: Killing process 1464 (gunicorn) with signal SIGKILL.`, { event: 'process-killed', pid: 1464 }],
    [`${UNIT}: Watchdog timeout (limit 30s)!`, { event: 'watchdog-timeout' }],
    [`${UNIT}: Deactivated successfully.`, { event: 'deactivated' }],
    [`${UNIT}: Succeeded.`, { event: 'deactivated' }],
    [`${UNIT}: Consumed 17.860s CPU time, 224M memory peak.`, { event: 'resources-consumed' }],
  ])('reads "%s" by its words', (message, event) => {
    const told = read([systemd(message)]);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ kind: 'unit', unit: UNIT, line: { text: message }, ...event });
  });

  it('knows the event by MESSAGE_ID when the words are new', () => {
    const record = systemd('Etwas ist passiert.', {
      messageId: '7d4958e842da4a758f6c1cdc7b36dcc5',
      aboutUnit: UNIT,
      jobType: 'restart',
      invocation: 'abc',
    });
    expect(read([record])).toMatchObject([
      { event: 'starting', unit: UNIT, jobType: 'restart', invocation: 'abc' },
    ]);
  });

  it('assumes the unit that was asked for when old words leave it out', () => {
    expect(read([systemd('Started Lab Flask app (gunicorn).')])).toMatchObject([
      { event: 'started', unit: UNIT },
    ]);
  });

  it("keeps a parent slice's repeated line for the slice", () => {
    const message = 'A process of this unit has been killed by the OOM killer.';
    const told = read([
      systemd(`${UNIT}: ${message}`, { aboutUnit: UNIT }),
      systemd(`system.slice: ${message}`, { aboutUnit: 'system.slice' }),
    ]);
    expect(told.map(signal => signal.kind === 'unit' && signal.unit)).toEqual([UNIT, 'system.slice']);
  });

  it.each([
    [
      systemd(`${UNIT}: Control process exited, code=exited, status=1/FAILURE`, {
        messageId: '98e322203f7a4ed290d09fe03c09fe15',
      }),
    ],
    [systemd(`${UNIT}: Service RestartSec=100ms expired, scheduling restart.`)],
    [systemd('Reloading.')],
    [systemd('Startup finished in 1.2s.')],
    [stdout(77, `${UNIT}: Failed with result 'oom-kill'.`)],
    [{ ...stdout(77, `${UNIT}: Failed with result 'oom-kill'.`), identifier: 'systemd' }],
  ])('makes no event of %j', record => {
    expect(read([record])).toEqual([]);
  });

  it('tells the whole OOM stop of a recorded incident in order', () => {
    const records = fixtureLines('journal-oom-stop-systemd.json').flatMap(
      line => readJournalRecord(line) ?? [],
    );
    expect(eventsOf(read(records))).toEqual([
      'started',
      'oom-kill-noticed',
      'stop-timed-out',
      'process-killed',
      'process-killed',
      'main-exited',
      'process-killed',
      'failed',
      'resources-consumed',
      'restart-scheduled',
      'stopped',
      'resources-consumed',
      'starting',
    ]);
  });
});

describe("the unit's own lines", () => {
  it('gives a boot error its exception', () => {
    const errors = read(texts('journal-boot-fail.txt')).filter(
      signal => signal.kind === 'gunicorn' && signal.event === 'worker-boot-error',
    );
    expect(errors.map(error => 'detail' in error && error.detail)).toEqual([
      'ImportError: lab: broken deploy',
      'ImportError: lab: broken deploy',
    ]);
  });

  it('keeps a boot error whose traceback never came', () => {
    expect(
      eventsOf(read([stdout(5, '[2026-11-22 10:13:11 +0000] [5] [ERROR] Exception in worker process')])),
    ).toEqual(['worker-boot-error']);
  });

  const traceback = [
    '[2026-11-22 10:13:51 +0000] [7] [ERROR] Error handling request /slow',
    'Traceback (most recent call last):',
    '  File "/srv/app.py", line 4, in app',
    '    time.sleep(6)',
  ];
  const frame = '  File "/usr/lib/python3/dist-packages/gunicorn/workers/base.py", line 204, in handle_abort';
  it.each([
    [
      'one event for an abort by time-out',
      [...traceback, frame, '    sys.exit(1)', 'SystemExit: 1'],
      ['request-error', 'aborted-by-timeout'],
    ],
    [
      "no abort when the app's own sys.exit(1) ended the request",
      [...traceback, 'SystemExit: 1'],
      ['request-error'],
    ],
    ['an abort when only the end of the traceback is there', ['SystemExit: 1'], ['aborted-by-timeout']],
    [
      'two aborts of one process that lived on',
      [...traceback, frame, 'SystemExit: 1', ...traceback, frame],
      ['request-error', 'aborted-by-timeout', 'request-error', 'aborted-by-timeout'],
    ],
  ])('tells %s', (_, messages, events) => {
    const told = read(messages.map(message => stdout(7, message)));
    expect(eventsOf(told)).toEqual(events);
    expect(told.every(signal => signal.kind === 'gunicorn' && signal.pid === 7)).toBe(true);
  });

  it('follows the tracebacks of two workers that write at the same time', () => {
    const boot = (pid: number) =>
      stdout(pid, `[2026-11-22 10:13:11 +0000] [${pid}] [ERROR] Exception in worker process`);
    const told = read([
      boot(5),
      boot(6),
      stdout(5, '  File "a"'),
      stdout(6, '  File "b"'),
      stdout(5, 'ValueError: five'),
      stdout(6, 'KeyError: six'),
    ]);
    expect(told.map(signal => 'detail' in signal && signal.detail).sort()).toEqual([
      'KeyError: six',
      'ValueError: five',
    ]);
  });

  it('hears a dying process that has already lost its unit, and no other unit', () => {
    const timeout = '[2026-11-22 10:13:11 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:5)';
    const { unit: _, ...unitless } = stdout(5, timeout);
    expect(
      read([stdout(4, 'hello'), unitless, { ...stdout(5, timeout), unit: 'other.service' }]),
    ).toHaveLength(1);
    expect(read([{ ...unitless, identifier: 'cron' }])).toEqual([]);
  });

  it('takes the microsecond stamp of the journal, not the printed second', () => {
    const [signal] = read([stdout(5, '[2026-11-22 10:13:11 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:5)')]);
    expect(signal?.at).toEqual({ epochMs: 1_795_342_537_540, toleranceMs: 0 });
  });
});

describe('other daemons in the same journal', () => {
  it.each([
    [
      'systemd-oomd',
      'Killed /system.slice/app.service due to memory pressure for /system.slice being 80.00% > 60.00% for > 20s with reclaim activity',
      { kind: 'userspace-oom-kill', killer: 'systemd-oomd', cgroup: '/system.slice/app.service' },
    ],
    [
      'systemd-oomd',
      'Killed /system.slice/app.service due to memory used (1) / total (2) and swap used (3) / total (4) being more than 90.00%',
      { cgroup: '/system.slice/app.service' },
    ],
    [
      'systemd-oomd',
      'Marked /system.slice/app.service for killing due to memory pressure',
      { cgroup: '/system.slice/app.service' },
    ],
    ['systemd-oomd', 'oomd attempting to kill 1234 with SIGKILL', { killer: 'systemd-oomd', pid: 1234 }],
    [
      'earlyoom',
      'sending SIGTERM to process 1234 uid 999 "gunicorn": oom_score 900, VmRSS 200 MiB',
      { killer: 'earlyoom', pid: 1234, comm: 'gunicorn' },
    ],
    [
      'earlyoom',
      'sending SIGKILL to process 1234 uid 999 "gunicorn: worke": badness 900, oom_score_adj 0, VmRSS 200 MiB, cmdline "x"',
      { pid: 1234, comm: 'gunicorn: worke' },
    ],
    ['earlyoom', 'Killing process "gunicorn" with signal 15, pid: 1234', { pid: 1234, comm: 'gunicorn' }],
    ['earlyoom', 'killing process 1234 "gunicorn" with signal 15', { pid: 1234, comm: 'gunicorn' }],
    [
      'systemd-journald',
      'Suppressed 4711 messages from gunicorn.service',
      { kind: 'log-loss', unit: UNIT, count: 4711 },
    ],
    [
      'systemd-journald',
      'Suppressed 4711 messages from /system.slice/gunicorn.service',
      { kind: 'log-loss', unit: UNIT, count: 4711 },
    ],
    ['systemd-journald', 'Missed 12 kernel messages', { kind: 'log-loss', count: 12 }],
    [
      'nginx',
      '2026/11/22 10:15:53 [alert] 77#77: worker process 1234 exited on signal 9',
      { kind: 'nginx-event', event: 'worker-died' },
    ],
    [
      'nginx',
      'nginx: [emerg] host not found in upstream "app" in /etc/nginx/nginx.conf:12',
      { kind: 'nginx-event', event: 'config-refused' },
    ],
  ])('%s: %s', (identifier, message, signal) => {
    expect(read([daemon(identifier, message)])).toMatchObject([
      { ...signal, line: { source: 'unit-journal', text: message } },
    ]);
  });

  it.each([
    ['systemd-oomd', 'Considered 12 cgroups for killing, top candidates were:'],
    ['systemd-oomd', '\tPath: /system.slice/app.service'],
    ['systemd-oomd', 'Memory pressure for /system.slice is 80.00% > 60.00% for > 20s with reclaim activity'],
    ['systemd-oomd', 'Failed to kill any cgroup(s) under /system.slice based on pressure'],
    ['earlyoom', 'low memory! at or below SIGTERM limits: mem 10.00%, swap 10.00%'],
    ['earlyoom', 'escalating to SIGKILL after 0.500 seconds'],
    ['earlyoom', 'process 1234 exited after 0.100 seconds'],
    ['gunicorn', 'sending SIGTERM to process 1234 uid 999 "gunicorn": badness 900'],
  ])('%s: "%s" is no kill', (identifier, message) => {
    expect(read([daemon(identifier, message)])).toEqual([]);
  });
});
