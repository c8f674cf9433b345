import { describe, expect, it } from 'vitest';
import { guessLogFormat } from '../../src/signals/access-format-guess.ts';
import { compileLogFormat } from '../../src/signals/nginx-access-log.ts';
import { COMBINED_FORMAT, goodAnswerForm, statusPlace } from '../../src/signals/nginx-log-format.ts';
import { fixtureLines, inUtc, serverIn } from './server.ts';

const TIMED = `${COMBINED_FORMAT} rt=$request_time uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time" us="$upstream_status" ua="$upstream_addr" id=$request_id msec=$msec`;
const JSON_TEMPLATE =
  '{"ts":"$time_iso8601","msec":"$msec","remote_addr":"$remote_addr","request":"$request","status":"$status","bytes":"$body_bytes_sent","request_time":"$request_time","upstream_addr":"$upstream_addr","upstream_status":"$upstream_status","upstream_connect_time":"$upstream_connect_time","upstream_header_time":"$upstream_header_time","upstream_response_time":"$upstream_response_time","request_id":"$request_id"}';
const WORDS =
  '$remote_addr [$time_iso8601] "$request" $status us=$upstream_status ua=$upstream_addr rt=$request_time urt=$upstream_response_time bytes=$body_bytes_sent';

/** `${name}`, the long form of a variable in a template. */
const braced = (name: string) => `$\{${name}}`;

describe('compileLogFormat', () => {
  it('reads the combined format', () => {
    const line =
      '10.213.0.1 - - [22/Nov/2026:10:26:56 +0100] "GET /leak?mb=1 HTTP/1.1" 502 157 "-" "lab-load"';
    expect(compileLogFormat(COMBINED_FORMAT).read(line, inUtc)).toEqual({
      kind: 'request',
      at: { epochMs: Date.UTC(2026, 10, 22, 9, 26, 56), toleranceMs: 0 },
      line: {
        server: 'web-1',
        source: 'nginx-access-log',
        text: line,
        at: { epochMs: Date.UTC(2026, 10, 22, 9, 26, 56), toleranceMs: 0 },
      },
      status: 502,
      method: 'GET',
      uri: '/leak?mb=1',
      client: '10.213.0.1',
      bytes: 157,
    });
  });

  it.each([
    ['text', TIMED, 'default', 'nginx-app-access.log'],
    ['JSON', JSON_TEMPLATE, 'json', 'nginx-app-access.json'],
  ] as const)('reads the recorded requests of a custom %s format', (_, template, escaping, fixture) => {
    const reader = compileLogFormat(template, escaping);
    const requests = fixtureLines(fixture).map(line => reader.read(line, inUtc)!);
    expect(requests[0]).toMatchObject({
      status: 499,
      uri: '/health',
      client: '127.0.0.1',
      requestTimeMs: 2967,
      upstreamStatus: [undefined],
      upstreamPeers: ['unix:/run/gunicorn/app.sock'],
      upstreamTimeMs: [2968],
      requestId: '55c47ba33b852dc86cd5f7056a710ba9',
      at: { epochMs: 1795343205316 },
    });
    expect(requests.slice(-2).map(request => [request.status, request.upstreamStatus])).toEqual([
      [502, [502]],
      [502, [502]],
    ]);
  });

  it('reads lists of tries that stand without quotes', () => {
    const reader = compileLogFormat(WORDS);
    const requests = fixtureLines('nginx-access-upstream.log').map(line => reader.read(line, inUtc)!);
    expect(requests).toHaveLength(18);
    expect(requests[7]).toMatchObject({
      status: 502,
      upstreamStatus: [502, 502],
      upstreamPeers: ['127.0.0.1:18991', '127.0.0.1:18992'],
      upstreamTimeMs: [1, 0],
      bytes: 157,
    });
    expect(requests[9]).toMatchObject({ status: 200, upstreamStatus: [502, 200] });
  });

  it.each([
    ['502, 200', '10.0.0.1:80, 10.0.0.2:80', [502, 200]],
    ['502 : 200', '10.0.0.1:80 : 10.0.0.2:80', [502, 200]],
    ['-, 200', '10.0.0.1:80, 10.0.0.2:80', [undefined, 200]],
    ['502, 502 : 200', 'a, b : c', [502, 502, 200]],
  ])('tells the tries of %s apart even when only spaces separate the fields', (status, peers, expected) => {
    const reader = compileLogFormat('$msec $status $upstream_addr $upstream_status $request_time');
    const request = reader.read(`1795343205.316 200 ${peers} ${status} 0.250`, inUtc);
    expect(request).toMatchObject({ upstreamStatus: expected, requestTimeMs: 250 });
    expect(request?.upstreamPeers).toHaveLength(expected.length);
  });

  it('says nothing about tries when no upstream was asked', () => {
    const request = compileLogFormat('$msec $status $upstream_addr $upstream_status').read(
      '1795343205.316 301 - -',
      inUtc,
    );
    expect(request).toMatchObject({ status: 301 });
    expect(request).not.toHaveProperty('upstreamStatus');
  });

  it.each([
    ['\\x16\\x03\\x01\\x00\\xEE', undefined, undefined],
    ['-', undefined, undefined],
    ['', undefined, undefined],
    ['GET /a\\x22b HTTP/1.1', 'GET', '/a"b'],
    ['GET /old', 'GET', '/old'],
    ['POST /a b HTTP/1.1', 'POST', '/a b'],
    ['PRI * HTTP/2.0', 'PRI', '*'],
  ])('reads the request %j', (request, method, uri) => {
    const line = `1.2.3.4 - - [22/Nov/2026:10:26:56 +0000] "${request}" 400 157 "-" "-"`;
    const signal = compileLogFormat(COMBINED_FORMAT).read(line, inUtc);
    expect([signal?.status, signal?.method, signal?.uri]).toEqual([400, method, uri]);
  });

  it('reads JSON that a shipper wrote anew, with other spacing and numbers', () => {
    const line = '{ "status": 502, "request": "GET /a\\"b HTTP/1.1", "ts": "2026-11-22T10:26:45+00:00" }';
    expect(compileLogFormat(JSON_TEMPLATE, 'json').read(line, inUtc)).toMatchObject({
      status: 502,
      uri: '/a"b',
    });
  });

  it('prefers $msec to the stamps of whole seconds, and knows names in braces', () => {
    const reader = compileLogFormat(
      `[$time_local] ${braced('msec')} "${braced('request')}" ${braced('status')}`,
    );
    const request = reader.read('[22/Nov/2026:10:26:45 +0000] 1795343205.316 "GET / HTTP/1.1" 502', inUtc);
    expect(request).toMatchObject({ status: 502, at: { epochMs: 1795343205316 } });
  });

  it('reads a request line without quotes', () => {
    const reader = compileLogFormat('$remote_addr $time_iso8601 $request $status');
    const request = reader.read(
      '1.2.3.4 2026-11-22T10:26:45+01:00 GET /a?b HTTP/1.1 504',
      serverIn('Asia/Kolkata'),
    );
    expect(request).toMatchObject({
      status: 504,
      uri: '/a?b',
      at: { epochMs: Date.UTC(2026, 10, 22, 9, 26, 45) },
    });
  });

  it('reads a line that was cut after the status', () => {
    const line = '1.2.3.4 - - [22/Nov/2026:10:26:56 +0000] "GET / HTTP/1.1" 502 15';
    expect(compileLogFormat(COMBINED_FORMAT).read(line, inUtc)?.status).toBe(502);
  });

  it.each([
    [''],
    ['#staunch lines 3'],
    ['{"a":'],
    ['1.2.3.4 - - [22/Nov/2026:10:26:56 +0000] "GET / HTTP/1.1'],
    ['x'.repeat(99)],
  ])('does not read %j', line => {
    expect(compileLogFormat(COMBINED_FORMAT).read(line, inUtc)).toBeUndefined();
  });
});

describe('guessLogFormat', () => {
  it.each([['nginx-app-access.log'], ['nginx-app-access.json']])(
    'reads the recorded %s without its format',
    fixture => {
      const lines = fixtureLines(fixture);
      const request = guessLogFormat(lines)?.read(lines[0]!, inUtc);
      expect(request).toMatchObject({
        status: 499,
        requestTimeMs: 2967,
        upstreamPeers: ['unix:/run/gunicorn/app.sock'],
        requestId: '55c47ba33b852dc86cd5f7056a710ba9',
        at: { epochMs: 1795343205316 },
      });
    },
  );

  it('reads name=value words of any order', () => {
    const lines = fixtureLines('nginx-access-upstream.log');
    expect(guessLogFormat(lines)?.read(lines[9]!, inUtc)).toMatchObject({
      upstreamStatus: [502, 200],
      upstreamPeers: ['127.0.0.1:18991', 'unix:/srv/app.sock'],
      requestTimeMs: 4,
    });
  });

  it.each([
    ['combined', '1.2.3.4 - - [22/Nov/2026:10:26:56 +0000] "GET / HTTP/1.1" 502 15 "-" "x"', '1.2.3.4'],
    ['common', '1.2.3.4 - bob [22/Nov/2026:10:26:56 +0000] "GET / HTTP/1.1" 502 15', '1.2.3.4'],
    [
      'with a host in front',
      'shop.test 1.2.3.4 - - [22/Nov/2026:10:26:56 +0000] "GET / HTTP/1.1" 502 15 "-" "x"',
      '1.2.3.4',
    ],
    [
      'JSON of other names',
      '{"@timestamp":"2026-11-22T10:26:45Z","status":502,"remote_ip":"1.2.3.4"}',
      '1.2.3.4',
    ],
  ])('reads the %s form', (_, line, client) => {
    expect(guessLogFormat([line])?.read(line, inUtc)).toMatchObject({ status: 502, client });
  });

  it('gives up on lines that are no access log', () => {
    expect(guessLogFormat(fixtureLines('gunicorn-23.0.0.log'))).toBeUndefined();
    expect(guessLogFormat([])).toBeUndefined();
  });
});

describe('statusPlace', () => {
  it.each([
    [COMBINED_FORMAT, 'default', 'after-request'],
    [TIMED, 'default', 'after-request'],
    [JSON_TEMPLATE, 'json', 'json:status'],
    ['{"code": $status, "t": $msec}', 'json', 'json:code'],
    [`{"code":"${braced('status')}"}`, 'none', 'json:code'],
    ['$remote_addr $status $request', 'default', 'field:2'],
    ['$remote_addr - $remote_user [$time_local] $status', 'default', 'field:6'],
    ['[$time_local] $remote_addr $request $status', 'default', 'field:7'],
    ['$host "$http_referer" "$request" $status', 'default', 'field:6'],
  ])('%s (%s) has it at %s', (template, escaping, place) => {
    expect(statusPlace(template, escaping)).toBe(place);
  });
});

describe('goodAnswerForm', () => {
  it.each([
    ['the default format', COMBINED_FORMAT, 'default', ['plain']],
    ['a request time behind it', `${COMBINED_FORMAT} rt=$request_time`, 'default', ['plain']],
    ['tries in quotes', TIMED, 'default', ['tries:us="']],
    ['tries without quotes', `${COMBINED_FORMAT} us=$upstream_status`, 'default', []],
    ['tries behind a text that stands twice', TIMED.replace('ua="', 'us="'), 'default', []],
    ['tries that only other variables tell', `${COMBINED_FORMAT} "$upstream_addr"`, 'default', []],
    ['another number behind a quote', `${COMBINED_FORMAT} $upstream_bytes_sent`, 'default', []],
    ['values that may hold quotes', COMBINED_FORMAT, 'none', []],
    ['quotes that are escaped with a backslash', COMBINED_FORMAT, 'json', []],
    ['JSON', JSON_TEMPLATE, 'json', []],
    ['a status elsewhere', WORDS, 'default', []],
  ])('knows %s', (_, template, escaping, form) => {
    expect(goodAnswerForm(template, escaping)).toEqual(form);
  });
});
