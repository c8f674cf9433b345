import type { NginxEvent, UpstreamFault } from './signal.ts';

/** The parts of an error-log line that its meaning rests on. `end` is where the request's tail begins. */
export interface NginxMessage {
  readonly line: string;
  readonly stampStart: number;
  readonly level: string;
  readonly text: string;
  readonly end: number;
  readonly connection?: number;
  readonly errno?: number;
}

const ENOENT = 2;
const EAGAIN = 11;
const EACCES = 13;
const ECONNREFUSED = 111;
// A TCP keepalive or user time-out that the kernel reports through recv().
const REPORTED_BY = ' reported that ';

/**
 * How the upstream was lost, or undefined if this message is not about losing one. Source: the calls of
 * ngx_log_error in nginx ngx_http_upstream.c and ngx_event_connect.c, 1.4 to 1.31.
 */
export function faultOf({ text, level, errno }: NginxMessage): UpstreamFault | undefined {
  switch (text.charCodeAt(0)) {
    case 117: // u
      if (text.startsWith('upstream ')) return upstreamFault(text, level);
      break;
    case 99: // c
      if (text.startsWith('connect() ')) return connectFault(text, errno);
      break;
    case 114: // r
      if (text.startsWith('recv() failed') || text.startsWith('readv() failed')) return receiveFault(text);
      break;
    case 119: // w
    case 115: // s
      if (text.startsWith('writev() failed') || text.startsWith('send() failed')) return sendFault(text);
      if (text.startsWith('sendfile() failed') || text.startsWith('sendfile64() failed'))
        return sendFault(text);
      break;
    case 110: // n
      if (text.startsWith('no live upstreams')) return 'no-live-upstreams';
      if (text.startsWith('no resolver defined to resolve')) return 'name-not-resolved';
      break;
  }
  if (text.includes(' could not be resolved (')) return 'name-not-resolved';
  if (text.includes('worker_connections are not enough')) return undefined;
  // TLS to the upstream, a socket that could not be made or bound: the peer was never reached.
  if (text.endsWith('while SSL handshaking to upstream') || text.endsWith('while connecting to upstream')) {
    return level === 'warn' || level === 'info' || level === 'notice' ? undefined : 'connect-failed';
  }
  return undefined;
}

function upstreamFault(text: string, level: string): UpstreamFault | undefined {
  if (text.startsWith('prematurely closed connection', 9)) {
    if (text.includes('reading response header', 38)) return 'closed-before-header';
    if (text.includes('sending request', 38)) return 'broken-while-sending';
    if (text.includes('handshaking', 38) || text.includes('connecting', 38)) return 'connect-failed';
    return 'closed-mid-body';
  }
  if (text.startsWith('timed out', 9)) {
    if (text.includes('reading response header', 18)) return 'timed-out-reading-header';
    if (text.includes('connecting to upstream', 18) || text.includes('handshaking', 18)) {
      return 'timed-out-connecting';
    }
    if (text.includes('sending request', 18)) return 'timed-out-sending';
    return 'timed-out-reading-body';
  }
  if (text.startsWith('sent too big header', 9)) return 'header-too-big';
  // "sent more data than specified" and "sent duplicate header line ... ignored" are warnings about an answer
  // that the client did get.
  if (text.startsWith('sent ', 9) && level !== 'warn' && level !== 'info') return 'invalid-response';
  if (text.startsWith('SSL certificate', 9)) return 'connect-failed';
  return undefined;
}

function connectFault(text: string, errno: number | undefined): UpstreamFault | undefined {
  const action = text.lastIndexOf(' while ');
  // NGINX also connects to resolvers, syslog and auth servers; those name another action.
  if (action !== -1 && !text.includes('upstream', action)) return undefined;
  switch (errno) {
    case ENOENT:
      return 'socket-missing';
    case ECONNREFUSED:
      return 'refused';
    case EAGAIN:
      return 'queue-full';
    case EACCES:
      return 'permission-denied';
    default:
      return 'connect-failed';
  }
}

function receiveFault(text: string): UpstreamFault | undefined {
  if (text.includes('while reading response header from upstream')) return 'reset-before-header';
  if (text.includes('while reading upstream') || text.includes('while proxying upgraded connection')) {
    return 'reset-mid-body';
  }
  if (text.includes('while sending request to upstream')) return 'broken-while-sending';
  return undefined;
}

function sendFault(text: string): UpstreamFault | undefined {
  // "while sending to client" is the other side of the conversation.
  return text.includes('while sending request to upstream') ? 'broken-while-sending' : undefined;
}

const WORKER_DIED = /^worker process (\d{1,10}) exited on signal (\d{1,3})/;

/** What NGINX says about itself, or undefined. Source: ngx_process.c, ngx_process_cycle.c, ngx_connection.c. */
export function eventOf({
  text,
  level,
}: NginxMessage): Pick<NginxEvent, 'event' | 'pid' | 'signal'> | undefined {
  if (level === 'emerg') return { event: 'config-refused' };
  if (text.startsWith('upstream server temporarily disabled')) return { event: 'peer-disabled' };
  if (text.startsWith('worker process ')) {
    const died = WORKER_DIED.exec(text);
    return died ? { event: 'worker-died', pid: Number(died[1]), signal: Number(died[2]) } : undefined;
  }
  // "signal 1 (SIGHUP) received, reconfiguring" goes before it: one reload, one event.
  if (text === 'reconfiguring') return { event: 'reconfiguring' };
  if (text.includes('worker_connections are not enough')) return { event: 'connections-exhausted' };
  if (text.startsWith('limiting '))
    return text.includes('dry run') ? undefined : { event: 'request-limited' };
  const reported = text.indexOf(REPORTED_BY);
  const said = reported === -1 || reported > 40 ? 0 : reported + REPORTED_BY.length;
  return text.startsWith('client prematurely closed connection', said)
    ? { event: 'client-closed' }
    : undefined;
}
