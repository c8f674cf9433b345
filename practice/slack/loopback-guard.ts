import type { IncomingMessage } from 'node:http';

/** Hosts under which this machine reaches itself; any other name may be a rebound one. */
const OWN_HOSTS = ['127.0.0.1', 'localhost'];

/**
 * Why a request is not from this machine's own pages and programs; undefined when it is. A page elsewhere may
 * point its own name at 127.0.0.1 (DNS rebinding), which its Host header tells, or send a request across
 * origins, which its Origin header tells.
 */
export function foreignness(request: IncomingMessage, port: number): string | undefined {
  const hosts = OWN_HOSTS.map(host => `${host}:${port}`);
  const { host, origin } = request.headers;
  if (host === undefined || !hosts.includes(host)) {
    return `The practice Slack answers only as ${hosts.join(' or ')}, not as ${host ?? 'nobody'}.`;
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    return 'The practice Slack answers only its own page and programs of this machine, no page from elsewhere.';
  }
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return 'The practice Slack answers only its own page, no page from elsewhere.';
  }
  return undefined;
}

/** True when a browser vouches that the request comes from a page of this very origin. */
export function isOfOwnPage(request: IncomingMessage): boolean {
  const { host, origin } = request.headers;
  return origin !== undefined && origin === `http://${host}`;
}
