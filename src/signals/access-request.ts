import { epochSecondsMoment, isoMoment, type ReadContext, timeLocalMoment } from './moments.ts';
import { requestTarget } from './nginx-request-tail.ts';
import type { AccessRequest, Moment } from './signal.ts';

/** Values of one access-log line by slot; undefined where the line or its format has none. */
export type AccessFields = (string | undefined)[];

const STATUS = 0;
const REQUEST = 1;
const METHOD = 2;
const URI = 3;
const CLIENT = 4;
const BYTES = 5;
const REQUEST_TIME = 6;
const UPSTREAM_STATUS = 7;
const UPSTREAM_ADDR = 8;
const UPSTREAM_TIME = 9;
const REQUEST_ID = 10;
const TIME_LOCAL = 11;
const TIME_ISO = 12;
const MSEC = 13;
const TAIL = 14;
/** How many slots there are. */
export const SLOTS = 15;

/** NGINX variable to slot. `tail` is no variable of NGINX: words like `rt=0.1 us="502, 200"` of unknown order. */
export const SLOT_OF: ReadonlyMap<string, number> = new Map([
  ['status', STATUS],
  ['request', REQUEST],
  ['request_method', METHOD],
  ['request_uri', URI],
  ['uri', URI],
  ['remote_addr', CLIENT],
  ['body_bytes_sent', BYTES],
  ['bytes_sent', BYTES],
  ['request_time', REQUEST_TIME],
  ['upstream_status', UPSTREAM_STATUS],
  ['upstream_addr', UPSTREAM_ADDR],
  ['upstream_response_time', UPSTREAM_TIME],
  ['request_id', REQUEST_ID],
  ['http_x_request_id', REQUEST_ID],
  ['time_local', TIME_LOCAL],
  ['time_iso8601', TIME_ISO],
  ['msec', MSEC],
  ['tail', TAIL],
]);

// Short names that people give these variables in `name=$variable` formats.
const TAIL_NAMES: Readonly<Record<string, number>> = {
  rt: REQUEST_TIME,
  request_time: REQUEST_TIME,
  us: UPSTREAM_STATUS,
  upstream_status: UPSTREAM_STATUS,
  ua: UPSTREAM_ADDR,
  upstream: UPSTREAM_ADDR,
  upstream_addr: UPSTREAM_ADDR,
  urt: UPSTREAM_TIME,
  upstream_response_time: UPSTREAM_TIME,
  id: REQUEST_ID,
  rid: REQUEST_ID,
  request_id: REQUEST_ID,
  msec: MSEC,
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Makes the signal, or nothing when the line has no status of three digits or no time. */
export function accessRequest(
  text: string,
  fields: AccessFields,
  isJson: boolean,
  context: ReadContext,
): AccessRequest | undefined {
  const status = statusNumber(fields[STATUS]!);
  if (status === undefined) return undefined;
  if (fields[TAIL] !== undefined) readTail(fields[TAIL], fields);
  const at = momentOf(fields, context);
  if (at === undefined) return undefined;

  const request: Writable<AccessRequest> = {
    kind: 'request',
    at,
    line: { server: context.server, source: 'nginx-access-log', text, at },
    status,
  };
  setTarget(request, fields, isJson);
  const client = fields[CLIENT];
  if (client !== undefined && client !== '-') request.client = client;
  const bytes = numberOf(fields[BYTES]);
  if (bytes !== undefined) request.bytes = bytes;
  const seconds = numberOf(fields[REQUEST_TIME]);
  if (seconds !== undefined) request.requestTimeMs = Math.round(seconds * 1_000);
  const requestId = fields[REQUEST_ID];
  if (requestId !== undefined && requestId !== '-') request.requestId = requestId;
  setTries(request, fields);
  return request;
}

function setTarget(request: Writable<AccessRequest>, fields: AccessFields, isJson: boolean): void {
  const line = fields[REQUEST];
  if (line !== undefined) {
    const target = requestTarget(plain(line, isJson));
    if (target.method !== undefined) request.method = target.method;
    if (target.uri !== undefined) request.uri = target.uri;
    return;
  }
  const method = fields[METHOD];
  if (method !== undefined && method !== '-') request.method = method;
  const uri = fields[URI];
  if (uri !== undefined && uri !== '-') request.uri = plain(uri, isJson);
}

/**
 * One entry per try. With the address logged, a lone `-` there means that no peer was tried (a static file, a
 * redirect); without it a lone `-` can mean either and says nothing.
 */
function setTries(request: Writable<AccessRequest>, fields: AccessFields): void {
  const peers = fields[UPSTREAM_ADDR];
  if (peers === '-') return;
  if (peers !== undefined) request.upstreamPeers = tries(peers);
  const status = fields[UPSTREAM_STATUS];
  if (status !== undefined && (status !== '-' || peers !== undefined)) {
    request.upstreamStatus = tries(status).map(numberOf);
  }
  const times = fields[UPSTREAM_TIME];
  if (times !== undefined && (times !== '-' || peers !== undefined)) {
    request.upstreamTimeMs = tries(times).map(entry => {
      const seconds = numberOf(entry);
      return seconds === undefined ? undefined : Math.round(seconds * 1_000);
    });
  }
}

/** `, ` separates tries, ` : ` internal redirects. An empty list entry is kept: positions must agree. */
function tries(list: string): string[] {
  if (!list.includes(' ')) return [list];
  return list.replaceAll(' : ', ', ').split(', ');
}

function momentOf(fields: AccessFields, context: ReadContext): Moment | undefined {
  const seconds = fields[MSEC];
  if (seconds !== undefined) {
    const exact = epochSecondsMoment(seconds);
    if (exact !== undefined) return exact;
  }
  const iso = fields[TIME_ISO];
  if (iso !== undefined) return isoMoment(iso, 0, context.clock);
  const local = fields[TIME_LOCAL];
  return local === undefined ? undefined : localMoment(local);
}

let lastLocal = '';
let lastLocalMoment: Moment | undefined;

/** Lines of a busy log share their second, so the last one is kept. */
function localMoment(text: string): Moment | undefined {
  if (text !== lastLocal) {
    lastLocal = text;
    lastLocalMoment = timeLocalMoment(text, 0);
  }
  return lastLocalMoment;
}

/** NGINX writes 000 for a connection that was closed before any request was read. */
function statusNumber(text: string): number | undefined {
  if (text.length !== 3) return undefined;
  let status = 0;
  for (let at = 0; at < 3; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    status = status * 10 + digit;
  }
  return status;
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '' || text.length > 24) return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** Undoes NGINX's escaping: `\x22` in plain formats, JSON's own in JSON formats. */
function plain(text: string, isJson: boolean): string {
  if (!text.includes('\\')) return text;
  if (!isJson)
    return text.replace(/\\x([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  try {
    const parsed: unknown = JSON.parse(`"${text}"`);
    return typeof parsed === 'string' ? parsed : text;
  } catch {
    return text;
  }
}

/** Reads `name=value` words; a value in quotes ends at the quote, a bare one where the next name begins. */
function readTail(tail: string, fields: AccessFields): void {
  const names = [...tail.matchAll(/(?:^|[ "])([a-z_]{1,40})=/g)];
  for (const [at, match] of names.entries()) {
    const slot = TAIL_NAMES[match[1]!];
    if (slot === undefined || fields[slot] !== undefined) continue;
    const start = match.index + match[0].length;
    if (tail.charCodeAt(start) === 34) {
      const quote = tail.indexOf('"', start + 1);
      fields[slot] = tail.slice(start + 1, quote === -1 ? undefined : quote);
    } else {
      fields[slot] = tail.slice(start, names[at + 1]?.index).trim();
    }
  }
}
