/** The `, client: …, server: …, request: "…", upstream: "…", host: "…"` end of an error-log line. */
export interface RequestTail {
  readonly client?: string;
  readonly request?: string;
  readonly upstream?: string;
  readonly host?: string;
}

// A request line holds what a client sent, quotes included: how often to look for its true end.
const END_TRIES = 16;
const METHOD = /^[A-Z][A-Z_-]{0,31}$/;
const HTTP_VERSION = / HTTP\/\d(?:\.\d)?$/;
const SOCKET_FILE = /\.sock(?:et)?(?=[:/?]|$)/;
const URI_TRIES = 64;

/** Reads the tail from `from` on. Parts may be missing: NGINX cuts a line at 2048 bytes. */
export function tailOf(line: string, from: number): RequestTail {
  if (!line.startsWith(', client: ', from)) return {};
  const clientEnd = line.indexOf(', server: ', from + 10);
  const client = line.slice(from + 10, clientEnd === -1 ? undefined : clientEnd);
  if (clientEnd === -1) return client.includes(', ') ? {} : { client };

  const requestMark = line.indexOf(', request: "', clientEnd);
  if (requestMark === -1) return { client };
  const start = requestMark + 12;
  const upstreamMark = endOfRequest(line, start, '", upstream: "');
  if (upstreamMark === -1) {
    const hostMark = endOfRequest(line, start, '", host: "');
    const request = hostMark === -1 ? withoutQuote(line.slice(start)) : line.slice(start, hostMark);
    return hostMark === -1 ? { client, request } : { client, request, host: quoted(line, hostMark + 10) };
  }
  const subrequest = line.indexOf('", subrequest: "', start);
  const requestEnd = subrequest === -1 || subrequest > upstreamMark ? upstreamMark : subrequest;
  const request = line.slice(start, requestEnd);
  const upstreamStart = upstreamMark + 14;
  const hostMark = line.indexOf('", host: "', upstreamStart);
  if (hostMark === -1) {
    const referrer = line.indexOf('", referrer: "', upstreamStart);
    const upstream = withoutQuote(line.slice(upstreamStart, referrer === -1 ? undefined : referrer));
    return { client, request, upstream };
  }
  return {
    client,
    request,
    upstream: line.slice(upstreamStart, hostMark),
    host: quoted(line, hostMark + 10),
  };
}

/**
 * The first `mark` that follows an HTTP version, because the client may have written the mark itself; what
 * comes behind the true one (host, referrer) is the client's too, so the last one is no better.
 */
function endOfRequest(line: string, from: number, mark: string): number {
  const first = line.indexOf(mark, from);
  let at = first;
  for (let tries = 0; at !== -1 && tries < END_TRIES; tries++) {
    if (HTTP_VERSION.test(line.slice(Math.max(from, at - 10), at))) return at;
    const subrequest = line.lastIndexOf('", subrequest: "', at);
    if (subrequest > from && HTTP_VERSION.test(line.slice(Math.max(from, subrequest - 10), subrequest)))
      return at;
    at = line.indexOf(mark, at + 1);
  }
  return first;
}

function quoted(line: string, from: number): string {
  const end = line.indexOf('"', from);
  return line.slice(from, end === -1 ? undefined : end);
}

function withoutQuote(text: string): string {
  return text.endsWith('"') ? text.slice(0, -1) : text;
}

/** Method and URI of a request line; neither for what is no HTTP (TLS bytes on a plain port, scanners). */
export function requestTarget(request: string): { readonly method?: string; readonly uri?: string } {
  const space = request.indexOf(' ');
  const method = space === -1 ? request : request.slice(0, space);
  if (space < 1 || space > 32 || !METHOD.test(method)) return {};
  const version = request.lastIndexOf(' HTTP/');
  const uri = request.slice(space + 1, version > space ? version : undefined);
  return uri === '' ? { method } : { method, uri };
}

/**
 * The peer without scheme and URI. `connect() to PEER failed` says it exactly; else it is cut out of the
 * upstream's address. For unix sockets that has a `:` before the URI, except in time-out lines, where the
 * URI follows at once: there the name of the socket or the request's own URI shows where to cut.
 */
export function printedPeer(
  message: string,
  upstream: string | undefined,
  uri: string | undefined,
): string | undefined {
  if (message.startsWith('connect() to ')) {
    const end = message.indexOf(' failed (');
    if (end > 13) return message.slice(13, end);
  }
  if (upstream === undefined) return undefined;
  const scheme = upstream.indexOf('://');
  const address = scheme === -1 || scheme > 12 ? upstream : upstream.slice(scheme + 3);
  const peer = address.startsWith('unix:') ? unixPeer(address, uri) : address.slice(0, endOfHost(address));
  return peer === '' ? undefined : peer;
}

function endOfHost(address: string): number {
  const end = address.search(/[/?]/);
  return end === -1 ? address.length : end;
}

function unixPeer(address: string, uri: string | undefined): string {
  const socket = SOCKET_FILE.exec(address);
  if (socket !== null) return address.slice(0, socket.index + socket[0].length);
  const query = address.indexOf('?');
  const path = query === -1 ? address : address.slice(0, query);
  const colon = path.indexOf(':', 5);
  if (colon !== -1 && (colon === address.length - 1 || address.charCodeAt(colon + 1) === 47)) {
    return address.slice(0, colon);
  }
  let slash = uri?.startsWith('/') ? 0 : -1;
  for (let tries = 0; uri !== undefined && slash !== -1 && tries < URI_TRIES; tries++) {
    const rest = uri.slice(slash);
    if (address.endsWith(rest) && address.length - rest.length > 6) return address.slice(0, -rest.length);
    slash = uri.indexOf('/', slash + 1);
  }
  return path;
}
