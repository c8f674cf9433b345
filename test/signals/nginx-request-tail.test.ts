import { describe, expect, it } from 'vitest';
import { readNginxErrorLine } from '../../src/signals/nginx-error-log.ts';
import type { UpstreamFailure } from '../../src/signals/signal.ts';
import { inUtc } from './server.ts';

const TAIL =
  ', client: 10.0.0.9, server: _, request: "GET /a?b=1 HTTP/1.1", upstream: "http://127.0.0.1:8000/a?b=1", host: "shop.test"';
const line = (level: string, message: string, tail = TAIL) =>
  `2026/11/22 10:15:53 [${level}] 13978#13978: *7 ${message}${tail}`;
const read = (text: string) => readNginxErrorLine(text, inUtc);
const failure = (text: string) => read(text) as UpstreamFailure;

describe('the request in the tail of an error line', () => {
  const peerTail = (upstream: string, uri = '/leak?mb=1') =>
    `, client: 10.0.0.9, server: _, request: "GET ${uri} HTTP/1.1", upstream: "${upstream}", host: "x"`;
  it.each([
    [
      'a unix socket with a colon before the URI',
      'http://unix:/run/gunicorn/app.sock:/leak?mb=1',
      '/leak?mb=1',
      'unix:/run/gunicorn/app.sock',
    ],
    [
      'a unix socket in a time-out line, without the colon',
      'http://unix:/run/gunicorn/app.sock/slow?s=6',
      '/slow?s=6',
      'unix:/run/gunicorn/app.sock',
    ],
    [
      'a time in the query of a time-out line',
      'http://unix:/run/gunicorn/app.sock/slow?t=10:30',
      '/slow?t=10:30',
      'unix:/run/gunicorn/app.sock',
    ],
    ['a socket named .socket', 'http://unix:/run/shop.socket/slow', '/slow', 'unix:/run/shop.socket'],
    [
      'a socket without an ending, with the colon',
      'http://unix:/run/shop/gunicorn:/a/b',
      '/a/b',
      'unix:/run/shop/gunicorn',
    ],
    [
      "a socket without an ending, cut by the request's URI",
      'http://unix:/run/shop/gunicorn/a/b',
      '/a/b',
      'unix:/run/shop/gunicorn',
    ],
    [
      'a socket without an ending and a location prefix that NGINX took off',
      'http://unix:/run/shop/gunicorn/b?x',
      '/a/b?x',
      'unix:/run/shop/gunicorn',
    ],
    ['an IPv6 peer', 'http://[::1]:8000/x', '/x', '[::1]:8000'],
    ['a group whose peers are all disabled', 'http://backend/', '/', 'backend'],
    ['TLS', 'https://10.0.0.2:8443/x', '/x', '10.0.0.2:8443'],
    ['a socket of uwsgi', 'uwsgi://unix:/run/app.sock:', '/x', 'unix:/run/app.sock'],
  ])('names the peer: %s', (_, upstream, uri, peer) => {
    const message =
      'upstream timed out (110: Connection timed out) while reading response header from upstream';
    expect(failure(line('error', message, peerTail(upstream, uri))).peer).toBe(peer);
  });

  it('reads the peer of a request whose line forges an upstream', () => {
    const uri = '/x", upstream: "http://10.6.6.6/", host: "evil';
    const text = line(
      'error',
      'upstream prematurely closed connection while reading upstream',
      peerTail('http://127.0.0.1:8000/x', uri),
    );
    expect(failure(text)).toMatchObject({ peer: '127.0.0.1:8000', uri, host: 'x' });
  });

  it('reads the peer when the referrer forges one', () => {
    const text = `${line('error', 'upstream prematurely closed connection while reading upstream')}, referrer: "http://a", upstream: "http://10.6.6.6/", host: "evil"`;
    expect(failure(text)).toMatchObject({ peer: '127.0.0.1:8000', host: 'shop.test' });
  });

  it('reads a subrequest by the request that caused it', () => {
    const tail =
      ', client: 10.0.0.9, server: _, request: "GET /page HTTP/1.1", subrequest: "/auth", upstream: "http://127.0.0.1:9000/auth", host: "x"';
    const text = line(
      'error',
      'connect() failed (111: Connection refused) while connecting to upstream',
      tail,
    );
    expect(failure(text)).toMatchObject({ uri: '/page', peer: '127.0.0.1:9000' });
  });

  it.each([
    ['in the request', ', client: 10.0.0.9, server: _, request: "GET', { client: '10.0.0.9' }],
    [
      'in the upstream',
      ', client: 10.0.0.9, server: _, request: "GET /a HTTP/1.1", upstream: "http://127.0.0.1:80',
      { uri: '/a' },
    ],
    ['before the request, without a server name', ', client: 10.0.0.9, server: ', { client: '10.0.0.9' }],
    ['in the client', ', client: 10.0', {}],
    ['before the tail', '', {}],
  ])('understands a line that was cut %s', (_, tail, known) => {
    const text = line(
      'error',
      'upstream prematurely closed connection while reading response header from upstream',
      tail,
    );
    expect(read(text)).toMatchObject({ fault: 'closed-before-header', ...known });
  });

  it('leaves method and URI out when the request is no HTTP', () => {
    const tail =
      ', client: 1.2.3.4, server: _, request: "\x16\x03\x01 weird", upstream: "http://127.0.0.1:8000/", host: ""';
    const signal = failure(
      line('error', 'upstream prematurely closed connection while reading upstream', tail),
    );
    expect(signal.method).toBeUndefined();
    expect(signal.peer).toBe('127.0.0.1:8000');
  });
});
