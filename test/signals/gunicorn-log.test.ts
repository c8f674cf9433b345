import { describe, expect, it } from 'vitest';
import { readGunicornLogLine, readGunicornMessage } from '../../src/signals/gunicorn-log.ts';
import { fixtureLines, inUtc, serverIn } from './server.ts';

const at = { epochMs: 1_795_342_536_123, toleranceMs: 0 };
const read = (message: string, pid?: number) =>
  readGunicornMessage(message, pid === undefined ? { at } : { at, pid }, {
    server: 'web-1',
    source: 'unit-journal',
    text: message,
    at,
  });
const says = (message: string, level = 'INFO') =>
  read(`[2026-11-22 10:13:11 +0000] [100] [${level}] ${message}`);

describe('readGunicornMessage', () => {
  it.each([
    ['WORKER TIMEOUT (pid:562)', { event: 'worker-timeout', pid: 562 }],
    [
      'Worker with pid 24174 was terminated due to signal 9',
      { event: 'worker-signalled', pid: 24174, signal: 9 },
    ],
    [
      'Worker (pid:6779) was sent SIGKILL! Perhaps out of memory?',
      { event: 'worker-signalled', pid: 6779, signal: 9, detail: 'SIGKILL' },
    ],
    ['Worker (pid:11926) was sent SIGSEGV!', { event: 'worker-signalled', pid: 11926, signal: 11 }],
    ['Worker (pid:11926) was sent SIGABRT!', { event: 'worker-signalled', pid: 11926, signal: 6 }],
    [
      'Worker (pid:11926) was sent code 139!',
      { event: 'worker-signalled', pid: 11926, signal: 11, detail: 'code 139' },
    ],
    ['Worker (pid:11926) was sent code 134!', { event: 'worker-signalled', pid: 11926, signal: 6 }],
    ['Worker (pid:562) exited with code 3', { event: 'worker-exit-code', pid: 562, code: 3 }],
    ['Worker (pid:562) exited with code 255.', { event: 'worker-exit-code', pid: 562, code: 255 }],
    ['Booting worker with pid: 2711', { event: 'worker-booting', pid: 2711 }],
    ['Worker exiting (pid: 2711)', { event: 'worker-exiting', pid: 2711 }],
    ['Autorestarting worker after current request.', { event: 'worker-recycling', pid: 100 }],
    [
      'Maximum request limit of 1000 exceeded. Terminating process.',
      { event: 'worker-recycling', pid: 100, detail: '1000' },
    ],
    ['Handling signal: hup', { event: 'signal-handled', detail: 'hup' }],
    ['Hang up: Master', { event: 'hang-up' }],
    ['Shutting down: Master', { event: 'master-stopping' }],
    ['Reason: Worker failed to boot.', { event: 'stop-reason', detail: 'Worker failed to boot.' }],
    ['Parent changed, shutting down: <Worker 2711>', { event: 'parent-changed', pid: 100 }],
    ['Exception in worker process', { event: 'worker-boot-error', pid: 100 }],
    ['Error handling request /slow', { event: 'request-error', pid: 100, detail: '/slow' }],
    ['Error handling request GET /slow', { event: 'request-error', detail: 'GET /slow' }],
    ['Worker graceful timeout (pid:2711)', { event: 'graceful-timeout', pid: 2711 }],
    ["Connection in use: ('0.0.0.0', 8000)", { event: 'bind-failed', detail: "('0.0.0.0', 8000)" }],
    ["Can't connect to /run/app.sock", { event: 'bind-failed', detail: '/run/app.sock' }],
    ['Starting gunicorn 23.0.0', { event: 'master-starting', pid: 100, detail: '23.0.0' }],
    [
      'Listening at: unix:/run/app.sock (2710)',
      { event: 'listening', pid: 2710, detail: 'unix:/run/app.sock' },
    ],
    [
      'Listening at: http://127.0.0.1:8000,http://[::1]:8000 (2710)',
      { event: 'listening', pid: 2710, detail: 'http://127.0.0.1:8000,http://[::1]:8000' },
    ],
    ['Using worker: gthread', { event: 'worker-class', detail: 'gthread' }],
    ['Unhandled exception in main loop', { event: 'main-loop-error' }],
  ])('understands "%s"', (message, event) => {
    const [signal, ...more] = says(message);
    expect(more).toEqual([]);
    expect(signal).toMatchObject({ kind: 'gunicorn', writerPid: 100, at, ...event });
    expect(signal?.line.text).toContain(message);
  });

  it.each([
    ["Error: Invalid value for workers: 'x'", 'config-error'],
    ['Failed to read config file: /srv/gunicorn.conf.py', 'config-error'],
    ['gunicorn: error: unrecognized arguments: --worker 3', 'config-error'],
    ["gunicorn.errors.HaltServer: <HaltServer 'App failed to load.' 4>", 'stop-reason'],
  ])('understands what is printed outside the log: %s', (message, event) => {
    expect(read(message, 7)).toMatchObject([{ event, writerPid: 7 }]);
  });

  it.each([
    ['Control socket listening at /srv/app/.gunicorn/gunicorn.ctl'],
    ['Retrying in 1 second.'],
    ['Ignoring EPIPE'],
    ['No keepalived connections can be handled.'],
    ['GET /?q=WORKER TIMEOUT (pid:5)'],
    ['Worker (pid:) was sent SIGKILL!'],
    [''],
  ])('makes nothing of "%s"', message => {
    expect(says(message)).toEqual([]);
  });

  it.each([
    [
      '10.0.0.1 - - [22/Nov/2026:10:13:11 +0000] "GET /WORKER TIMEOUT (pid:5) HTTP/1.1" 200 5 "-" "Worker exiting (pid: 5)"',
    ],
    ['{"request": "WORKER TIMEOUT (pid:5)", "message": "served"}'],
    ['{"message": ["WORKER TIMEOUT (pid:5)"]}'],
    ['The Reason: unknown'],
    ['SystemExit: 12'],
  ])('does not believe what a client may have sent: %s', text => {
    expect(read(text, 9)).toEqual([]);
  });

  it.each([
    ['a prefix of the app', '2026-11-22T10:13:11 gunicorn.error CRITICAL WORKER TIMEOUT (pid:562)', 77],
    ['JSON', '{"level": "critical", "message": "WORKER TIMEOUT (pid:562)"}', 77],
    [
      'JSON around the whole line',
      '{"msg": "[2026-11-22 10:13:11 +0000] [100] [CRITICAL] WORKER TIMEOUT (pid:562)"}',
      100,
    ],
    ['the syslog form', '[100] WORKER TIMEOUT (pid:562)', 100],
    ['the form before 19', '2013-11-22 10:13:11 [100] [CRITICAL] WORKER TIMEOUT (pid:562)', 100],
  ])('understands the message behind %s', (_, text, writerPid) => {
    expect(read(text, 77)).toMatchObject([{ event: 'worker-timeout', pid: 562, writerPid }]);
  });

  it.each([
    ['SystemExit: 1'],
    ['  File "/usr/lib/python3/dist-packages/gunicorn/workers/base.py", line 204, in handle_abort'],
  ])('takes %j of a worker as its abort', text => {
    expect(read(text, 7329)).toMatchObject([{ event: 'aborted-by-timeout', pid: 7329 }]);
  });

  it('sees both the error and the abort when the traceback is in the same message', () => {
    const text =
      '[2026-11-22 10:13:51 +0000] [7329] [ERROR] Error handling request /slow\nTraceback\n  File "base.py", line 204, in handle_abort\nSystemExit: 1';
    expect(read(text).map(event => event.event)).toEqual(['request-error', 'aborted-by-timeout']);
  });

  it('reads the exit code of a master that halts', () => {
    const text = "gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>";
    expect(read(text)).toMatchObject([{ event: 'stop-reason', code: 3, detail: 'Worker failed to boot.' }]);
  });

  it('tells two lines about one exit as two events', () => {
    const lines = ['Worker (pid:562) exited with code 7', 'Worker (pid:562) exited with code 7.'];
    expect(lines.flatMap(line => says(line))).toHaveLength(2);
  });
});

describe('readGunicornLogLine', () => {
  it.each([
    ['19.9.0', { 'worker-booting': 6, 'worker-timeout': 2, 'worker-exiting': 2 }],
    ['20.1.0', { 'worker-booting': 6, 'worker-timeout': 2, 'worker-exiting': 2, 'worker-signalled': 3 }],
    [
      '23.0.0',
      {
        'worker-booting': 6,
        'worker-timeout': 2,
        'worker-exiting': 2,
        'worker-signalled': 3,
        'request-error': 1,
      },
    ],
    [
      '26.1.0',
      {
        'worker-booting': 6,
        'worker-timeout': 2,
        'worker-exiting': 2,
        'worker-signalled': 3,
        'request-error': 1,
      },
    ],
  ])('counts what gunicorn %s recorded', (version, counts) => {
    const events = fixtureLines(`gunicorn-${version}.log`).map(line => readGunicornLogLine(line, inUtc));
    const told = Map.groupBy(
      events.filter(event => event !== undefined),
      ({ event }) => event,
    );
    const found = Object.fromEntries([...told].map(([event, all]) => [event, all.length]));
    expect(found).toMatchObject(counts);
    expect(told.get('master-starting')?.[0]?.detail).toBe(version);
  });

  it("takes the printed zone, and the host's where none is printed", () => {
    const india = serverIn('Asia/Kolkata');
    const zoned = readGunicornLogLine('[2026-11-22 10:13:11 +0100] [1] [INFO] Hang up: Master', india);
    expect(zoned?.at.epochMs).toBe(Date.UTC(2026, 10, 22, 9, 13, 11));
    const old = readGunicornLogLine('2013-11-22 10:13:11 [1] [INFO] Hang up: Master', india);
    expect(old?.at.epochMs).toBe(Date.UTC(2013, 10, 22, 4, 43, 11));
  });
});
