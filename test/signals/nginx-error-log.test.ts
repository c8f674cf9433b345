import { describe, expect, it } from 'vitest';
import { readNginxErrorLine } from '../../src/signals/nginx-error-log.ts';
import type { UpstreamFailure } from '../../src/signals/signal.ts';
import { fixtureLines, inUtc } from './server.ts';

const TAIL =
  ', client: 10.0.0.9, server: _, request: "GET /a?b=1 HTTP/1.1", upstream: "http://127.0.0.1:8000/a?b=1", host: "shop.test"';
const line = (level: string, message: string, tail = TAIL) =>
  `2026/11/22 10:15:53 [${level}] 13978#13978: *7 ${message}${tail}`;
const read = (text: string) => readNginxErrorLine(text, inUtc);
const failure = (text: string) => read(text) as UpstreamFailure;

describe('readNginxErrorLine', () => {
  it.each([
    [
      'error',
      'upstream prematurely closed connection while reading response header from upstream',
      'closed-before-header',
      undefined,
    ],
    ['error', 'upstream prematurely closed connection while reading upstream', 'closed-mid-body', undefined],
    [
      'error',
      'upstream prematurely closed connection while proxying upgraded connection',
      'closed-mid-body',
      undefined,
    ],
    [
      'error',
      'recv() failed (104: Connection reset by peer) while reading response header from upstream',
      'reset-before-header',
      104,
    ],
    ['error', 'readv() failed (104: Connection reset by peer) while reading upstream', 'reset-mid-body', 104],
    ['error', 'recv() failed (104: Connection reset by peer) while reading upstream', 'reset-mid-body', 104],
    [
      'error',
      'writev() failed (32: Broken pipe) while sending request to upstream',
      'broken-while-sending',
      32,
    ],
    [
      'error',
      'send() failed (104: Connection reset by peer) while sending request to upstream',
      'broken-while-sending',
      104,
    ],
    [
      'crit',
      'connect() to unix:/run/app.sock failed (2: No such file or directory) while connecting to upstream',
      'socket-missing',
      2,
    ],
    [
      'error',
      'connect() to unix:/run/app.sock failed (111: Connection refused) while connecting to upstream',
      'refused',
      111,
    ],
    ['error', 'connect() failed (111: Connection refused) while connecting to upstream', 'refused', 111],
    [
      'error',
      'connect() to unix:/run/app.sock failed (11: Resource temporarily unavailable) while connecting to upstream',
      'queue-full',
      11,
    ],
    [
      'crit',
      'connect() to unix:/run/app.sock failed (13: Permission denied) while connecting to upstream',
      'permission-denied',
      13,
    ],
    ['error', 'connect() failed (113: No route to host) while connecting to upstream', 'connect-failed', 113],
    ['alert', 'socket() failed (24: Too many open files) while connecting to upstream', 'connect-failed', 24],
    [
      'error',
      'upstream timed out (110: Connection timed out) while connecting to upstream',
      'timed-out-connecting',
      110,
    ],
    [
      'error',
      'upstream timed out (110: Connection timed out) while SSL handshaking to upstream',
      'timed-out-connecting',
      110,
    ],
    [
      'error',
      'upstream timed out (110: Connection timed out) while reading response header from upstream',
      'timed-out-reading-header',
      110,
    ],
    [
      'error',
      'upstream timed out (110: Connection timed out) while reading upstream',
      'timed-out-reading-body',
      110,
    ],
    [
      'error',
      'upstream timed out (110: Connection timed out) while sending request to upstream',
      'timed-out-sending',
      110,
    ],
    ['error', 'no live upstreams while connecting to upstream', 'no-live-upstreams', undefined],
    [
      'error',
      'upstream sent too big header while reading response header from upstream',
      'header-too-big',
      undefined,
    ],
    [
      'error',
      'upstream sent no valid HTTP/1.0 header while reading response header from upstream',
      'invalid-response',
      undefined,
    ],
    [
      'error',
      'upstream sent invalid header: "\\x20..." while reading response header from upstream',
      'invalid-response',
      undefined,
    ],
    [
      'error',
      'upstream sent "Content-Length" and "Transfer-Encoding" headers at the same time while reading response header from upstream',
      'invalid-response',
      undefined,
    ],
    ['error', 'app.internal could not be resolved (3: Host not found)', 'name-not-resolved', 3],
    ['error', 'no resolver defined to resolve app.internal', 'name-not-resolved', undefined],
    [
      'error',
      'SSL_do_handshake() failed (SSL: error:1408F10B:SSL routines:ssl3_get_record:wrong version number) while SSL handshaking to upstream',
      'connect-failed',
      undefined,
    ],
    [
      'error',
      'peer closed connection in SSL handshake while SSL handshaking to upstream',
      'connect-failed',
      undefined,
    ],
  ])('[%s] %s is %s', (level, message, fault, errno) => {
    const signal = failure(line(level, message));
    expect(signal).toMatchObject({
      kind: 'upstream-failure',
      fault,
      client: '10.0.0.9',
      method: 'GET',
      uri: '/a?b=1',
    });
    expect(signal.errno).toBe(errno);
    expect(signal.host).toBe('shop.test');
    expect(signal.connection).toBe(7);
    expect(signal.at.epochMs).toBe(Date.UTC(2026, 10, 22, 10, 15, 53));
    expect(signal.line).toMatchObject({
      server: 'web-1',
      source: 'nginx-error-log',
      text: line(level, message),
    });
  });

  it.each([
    [
      '2026/11/22 10:15:53 [alert] 77#77: worker process 1234 exited on signal 9',
      { event: 'worker-died', pid: 1234, signal: 9 },
    ],
    [
      '2026/11/22 10:15:53 [alert] 77#77: worker process 1234 exited on signal 11 (core dumped)',
      { event: 'worker-died', pid: 1234, signal: 11 },
    ],
    ['2026/11/22 10:15:53 [notice] 77#77: reconfiguring', { event: 'reconfiguring' }],
    [
      '2026/11/22 10:15:53 [emerg] 77#77: host not found in upstream "app" in /etc/nginx/nginx.conf:12',
      { event: 'config-refused' },
    ],
    [
      '2026/11/22 10:15:53 [alert] 77#77: *9 768 worker_connections are not enough while connecting to upstream, client: 1.2.3.4',
      { event: 'connections-exhausted' },
    ],
    [
      line('warn', 'upstream server temporarily disabled while connecting to upstream'),
      { event: 'peer-disabled', peer: '127.0.0.1:8000' },
    ],
    [line('error', 'limiting requests, excess: 20.1 by zone "api"'), { event: 'request-limited' }],
    [
      line(
        'info',
        'client prematurely closed connection, so upstream connection is closed too while sending request to upstream',
      ),
      { event: 'client-closed' },
    ],
    [
      line(
        'info',
        'epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too while reading response header from upstream',
      ),
      { event: 'client-closed', peer: '127.0.0.1:8000' },
    ],
  ])('tells what NGINX says about itself: %s', (text, event) => {
    expect(read(text)).toMatchObject({ kind: 'nginx-event', ...event });
  });

  it.each([
    [line('info', 'client 127.0.0.1 closed keepalive connection', '')],
    [line('error', 'client intended to send too large body: 9 bytes')],
    [line('warn', 'a client request body is buffered to a temporary file /var/x')],
    [
      line(
        'warn',
        'upstream sent more data than specified in "Content-Length" header while reading upstream',
      ),
    ],
    [line('error', 'writev() failed (32: Broken pipe) while sending to client')],
    [line('info', 'recv() failed (104: Connection reset by peer) while sending to client')],
    [
      line(
        'error',
        'connect() failed (111: Connection refused) while resolving, resolver: 127.0.0.53:53',
        '',
      ),
    ],
    [
      line(
        'crit',
        'SSL_do_handshake() failed (SSL: error) while SSL handshaking',
        ', client: 1.2.3.4, server: 0.0.0.0:443',
      ),
    ],
    [line('error', 'limiting requests, dry run, excess: 20.1 by zone "api"')],
    ['2026/11/22 10:15:53 [notice] 77#77: signal 1 (SIGHUP) received from 1, reconfiguring'],
    ['2026/11/22 10:15:53 [notice] 77#77: worker process 13978 exited with code 0'],
    ['#staunch lines 12'],
    [''],
    ['2026/11/22 10:15:53 [error'],
  ])('keeps quiet about %j', text => {
    expect(read(text)).toBeUndefined();
  });

  it('reads a line that went through syslog', () => {
    const text = `Nov 22 10:15:53 web nginx: ${line('error', 'no live upstreams while connecting to upstream')}`;
    expect(read(text)).toMatchObject({
      fault: 'no-live-upstreams',
      at: { epochMs: Date.UTC(2026, 10, 22, 10, 15, 53) },
    });
  });

  it('finds every failure of a recorded NGINX 1.22 log', () => {
    const signals = fixtureLines('nginx-error-matrix.log')
      .map(read)
      .filter(signal => signal !== undefined);
    const faults = signals.map(signal => (signal.kind === 'upstream-failure' ? signal.fault : signal.event));
    expect(
      Object.fromEntries(
        Map.groupBy(faults, fault => fault)
          .entries()
          .map(([f, all]) => [f, all.length]),
      ),
    ).toEqual({
      'socket-missing': 3,
      'closed-mid-body': 1,
      'header-too-big': 1,
      refused: 4,
      'peer-disabled': 3,
      'no-live-upstreams': 1,
      'queue-full': 2,
      'timed-out-reading-header': 4,
      'timed-out-connecting': 2,
    });
    const peers = new Set(signals.map(signal => signal.peer));
    expect(peers).toEqual(
      new Set(['unix:/srv/app.sock', '127.0.0.1:18991', '127.0.0.1:18992', '127.0.0.1:18993', 'two']),
    );
  });
});
