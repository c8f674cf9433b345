import { describe, expect, it } from 'vitest';
import { keepaliveOf, situationOf } from '../../src/advice/recycling-situation.ts';
import type { AccessLog } from '../../src/collectors/case-file.ts';
import type { AccessRequest } from '../../src/signals/signal.ts';
import { aCase, aHost, NGINX } from './case-files.ts';

const nginx = (upstream: string, location: string) => `http {
  upstream checkout { server unix:/run/checkout.sock; ${upstream} }
  server { location / { ${location} proxy_pass http://checkout; } }
}
`;

describe('whether NGINX keeps upstream connections', () => {
  it.each([
    ['nothing said, 1.22', '1.22.1', '', '', false],
    ['nothing said, 1.29.6', '1.29.6', '', '', false],
    ['nothing said, 1.29.7: on by default', '1.29.7', '', '', true],
    ['nothing said, 1.30', '1.30.0', '', '', true],
    ['nothing said, version unknown', undefined, '', '', undefined],
    ['keepalive and HTTP/1.1', '1.22.1', 'keepalive 16;', 'proxy_http_version 1.1;', true],
    ['keepalive, HTTP/1.0 as by default', '1.22.1', 'keepalive 16;', '', false],
    ['keepalive and HTTP/1.1, version unknown', undefined, 'keepalive 16;', 'proxy_http_version 1.1;', true],
    ['turned off', '1.30.0', 'keepalive 0;', '', false],
    ['HTTP/1.0 said', '1.30.0', '', 'proxy_http_version 1.0;', false],
  ])('%s', (_, version, upstream, location, expected) => {
    const host = aHost({ nginxText: nginx(upstream, location), versions: version ? { nginx: version } : {} });
    expect(keepaliveOf(aCase(host))).toBe(expected);
  });

  it('is on as soon as one of several does, and unknown as long as one was not read', () => {
    const off = aHost();
    const on = aHost({ server: 'web-2', nginxText: nginx('keepalive 8;', 'proxy_http_version 1.1;') });
    const { nginx: _, ...unread } = aHost({ server: 'web-3' });
    expect(keepaliveOf(aCase(off, on, unread))).toBe(true);
    expect(keepaliveOf(aCase(off, unread))).toBeUndefined();
    const unreached = [{ server: 'web-4', reason: 'unreachable', detail: '', fix: '' }];
    expect(keepaliveOf({ ...aCase(off), unreached })).toBeUndefined();
    expect(keepaliveOf(aCase({ ...off, runsNginx: false }))).toBeUndefined();
  });

  it('looks only at the passes to this service', () => {
    const other = `${nginx('', '').replace(/}\n$/, '')}
      upstream search { server 127.0.0.1:9; keepalive 8; }
      server { location / { proxy_http_version 1.1; proxy_pass http://search; } }
    }`;
    const caseFile = { ...aCase(aHost({ nginxText: other })), peers: new Set(['unix:/run/checkout.sock']) };
    expect(keepaliveOf(caseFile)).toBe(false);
  });
});

const requests = (methods: readonly string[]): readonly AccessRequest[] =>
  methods.map(method => ({
    kind: 'request',
    at: { epochMs: 0, toleranceMs: 0 },
    line: { server: 'web-1', source: 'nginx-access-log', text: method },
    status: 200,
    method,
  }));
const log = (methods: readonly string[], more: Partial<AccessLog> = {}): AccessLog => ({
  name: 'access.log',
  level: 'http',
  requests: requests(methods),
  ...more,
});
const GETS = Array.from({ length: 1_000 }, () => 'GET');

describe('what recycling meets on a host', () => {
  it.each([
    ['one POST', [log([...GETS, 'POST'])], NGINX, 'unrepeatable'],
    ['a thousand GETs in a whole log', [log(GETS)], NGINX, 'repeatable'],
    ['too few requests', [log(GETS.slice(1))], NGINX, undefined],
    ['failures only, the rest counted', [log(GETS, { totals: [] })], NGINX, undefined],
    ['no log', [], NGINX, undefined],
    ['GETs that NGINX may not repeat', [log(GETS)], nginx('', 'proxy_next_upstream off;'), undefined],
  ] as const)('%s: methods', (_, accessLogs, nginxText, expected) => {
    const host = aHost({ accessLogs, nginxText });
    expect(situationOf(host, aCase(host)).methods).toBe(expected);
  });

  it.each([
    ['sync', 'sync'],
    ['gthread', 'gthread'],
    ['uvicorn.workers.UvicornWorker', 'uvicorn'],
    ['uvicorn_worker.UvicornH11Worker', 'uvicorn'],
    ['shop.workers.Own', 'other'],
    ['computed', undefined],
  ])('worker class %s', (value, expected) => {
    const base = aHost();
    const host = {
      ...base,
      gunicorn: { ...base.gunicorn, workerClass: { value, from: 'config-file' as const } },
    };
    expect(situationOf(host, aCase(host)).workerClass).toBe(expected);
  });
});
