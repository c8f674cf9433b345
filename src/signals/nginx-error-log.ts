import { errorLogMoment, type ReadContext } from './moments.ts';
import { eventOf, faultOf, type NginxMessage } from './nginx-messages.ts';
import { printedPeer, requestTarget, tailOf } from './nginx-request-tail.ts';
import type { Moment, NginxEvent, SourceLine, UpstreamFailure } from './signal.ts';

/** Syslog puts at most this much before NGINX's own stamp. */
const PREFIX_LENGTH = 200;
const STAMP = /(?<!\d)\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[/;

/**
 * One line of an NGINX error log, also one that went through syslog or the journal (then `source` gives the
 * line and its time). Undefined for lines that say nothing about an upstream or NGINX's own state.
 * Source of the format: nginx ngx_log.c, ngx_http_request.c (ngx_http_log_error).
 */
export function readNginxErrorLine(
  text: string,
  context: ReadContext,
  source?: SourceLine,
): UpstreamFailure | NginxEvent | undefined {
  const message = messageOf(text);
  if (message === undefined) return undefined;
  const fault = faultOf(message);
  const event = fault === undefined ? eventOf(message) : undefined;
  if (fault === undefined && event === undefined) return undefined;

  const at = source?.at ?? errorLogMoment(text, message.stampStart, context.clock);
  if (at === undefined) return undefined;
  const line: SourceLine = source ?? { server: context.server, source: 'nginx-error-log', text, at };
  return fault === undefined
    ? event && eventSignal(event, message, at, line)
    : failure(fault, message, at, line);
}

function failure(
  fault: UpstreamFailure['fault'],
  message: NginxMessage,
  at: Moment,
  line: SourceLine,
): UpstreamFailure {
  const tail = tailOf(message.line, message.end);
  const target = tail.request === undefined ? undefined : requestTarget(tail.request);
  const peer = printedPeer(message.text, tail.upstream, target?.uri);
  return {
    kind: 'upstream-failure',
    at,
    line,
    fault,
    ...(message.errno !== undefined && { errno: message.errno }),
    ...(peer !== undefined && { peer }),
    ...(tail.client !== undefined && { client: tail.client }),
    ...(target?.method !== undefined && { method: target.method }),
    ...(target?.uri !== undefined && { uri: target.uri }),
    ...(tail.host !== undefined && { host: tail.host }),
    ...(message.connection !== undefined && { connection: message.connection }),
  };
}

function eventSignal(
  event: NonNullable<ReturnType<typeof eventOf>>,
  message: NginxMessage,
  at: Moment,
  line: SourceLine,
): NginxEvent {
  const tail = tailOf(message.line, message.end);
  const target = tail.request === undefined ? undefined : requestTarget(tail.request);
  const peer =
    event.event === 'peer-disabled' || event.event === 'client-closed'
      ? printedPeer(message.text, tail.upstream, target?.uri)
      : undefined;
  return { kind: 'nginx-event', at, line, ...event, ...(peer !== undefined && { peer }) };
}

/** Takes `STAMP [level] pid#tid: *conn MESSAGE` apart; the message ends where `, client: ` begins. */
function messageOf(line: string): NginxMessage | undefined {
  let stampStart = 0;
  if (line.charCodeAt(4) !== 47 || line.charCodeAt(20) !== 91) {
    stampStart = line.slice(0, PREFIX_LENGTH).search(STAMP);
    if (stampStart === -1) return undefined;
  }
  const levelEnd = line.indexOf('] ', stampStart + 21);
  if (levelEnd === -1 || levelEnd > stampStart + 30) return undefined;
  const level = line.slice(stampStart + 21, levelEnd);
  let start = line.indexOf(': ', levelEnd);
  if (start === -1 || start > levelEnd + 40) return undefined;
  start += 2;
  let connection: number | undefined;
  if (line.charCodeAt(start) === 42) {
    const space = line.indexOf(' ', start);
    if (space === -1 || space > start + 24) return undefined;
    connection = Number(line.slice(start + 1, space));
    start = space + 1;
  }
  const client = line.indexOf(', client: ', start);
  const end = client === -1 ? line.length : client;
  const text = line.slice(start, end);
  const errno = errnoOf(text);
  return {
    line,
    stampStart,
    level,
    text,
    end,
    ...(connection !== undefined && Number.isSafeInteger(connection) && { connection }),
    ...(errno !== undefined && { errno }),
  };
}

/** `(111: Connection refused)`: the number, since the words are the C library's. */
function errnoOf(message: string): number | undefined {
  for (let open = message.indexOf('('); open !== -1; open = message.indexOf('(', open + 1)) {
    let value = 0;
    let at = open + 1;
    for (; at < open + 6; at++) {
      const digit = message.charCodeAt(at) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    if (at > open + 1 && message.charCodeAt(at) === 58) return value;
  }
  return undefined;
}
