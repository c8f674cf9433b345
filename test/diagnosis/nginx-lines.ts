import { START_MS } from './journal-lines.ts';

export interface RequestAbout {
  readonly path?: string;
  readonly method?: string;
  readonly client?: string;
  readonly peer?: string;
  /** `$upstream_status`, as printed. */
  readonly upstreamStatus?: string;
  readonly tookSeconds?: number;
}

/** `nginx -T` with the access log's format and the given upstream blocks; the server passes to `app`. */
export function nginxConfig(upstreams: string): string {
  return `# configuration file /etc/nginx/nginx.conf:
http {
  log_format app '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time us="$upstream_status" ua="$upstream_addr" msec=$msec';
  ${upstreams}
  server { listen 80; access_log /var/log/nginx/access.log app; error_log /var/log/nginx/error.log; location / { proxy_pass http://app; } }
}
`;
}

export const CLOSED = 'upstream prematurely closed connection while reading response header from upstream';
export const RESET =
  'recv() failed (104: Connection reset by peer) while reading response header from upstream';
export const CUT = 'upstream prematurely closed connection while reading upstream';
export const MISSING = 'connect() to %p failed (2: No such file or directory) while connecting to upstream';
export const REFUSED = 'connect() to %p failed (111: Connection refused) while connecting to upstream';
export const REFUSED_TCP = 'connect() failed (111: Connection refused) while connecting to upstream';
export const EAGAIN =
  'connect() to %p failed (11: Resource temporarily unavailable) while connecting to upstream';
export const DENIED = 'connect() to %p failed (13: Permission denied) while connecting to upstream';
export const SLOW =
  'upstream timed out (110: Connection timed out) while reading response header from upstream';
export const SLOW_CONNECT = 'upstream timed out (110: Connection timed out) while connecting to upstream';
export const NO_LIVE = 'no live upstreams while connecting to upstream';

/** A line of the access log that `nginxConfig` describes. */
export function accessLine(
  at: number,
  status: number,
  about: RequestAbout & { readonly peer: string },
): string {
  const {
    path = '/health',
    method = 'GET',
    client = '10.0.0.9',
    peer,
    upstreamStatus = `${status}`,
    tookSeconds = 0.02,
  } = about;
  const [date, time] = new Date(START_MS + at * 1000).toISOString().split('T') as [string, string];
  const stamp = `${date.slice(8)}/Nov/${date.slice(0, 4)}:${time.slice(0, 8)} +0000`;
  return `${client} - - [${stamp}] "${method} ${path} HTTP/1.1" ${status} 157 "-" "load" rt=${tookSeconds.toFixed(3)} us="${upstreamStatus}" ua="${peer}" msec=${((START_MS + at * 1000) / 1000).toFixed(3)}`;
}

/** A line of the error log about an upstream. */
export function errorLine(
  at: number,
  message: string,
  connection: number,
  about: RequestAbout & { readonly peer: string },
): string {
  const { path = '/health', method = 'GET', client = '10.0.0.9', peer } = about;
  const level = /\((?:2|13): /.test(message) ? 'crit' : 'error';
  const colon = peer.startsWith('unix:') && !message.includes('timed out') ? ':' : '';
  return `${errorStamp(at)} [${level}] 91#91: *${connection} ${message.replace('%p', peer)}, client: ${client}, server: _, request: "${method} ${path} HTTP/1.1", upstream: "http://${peer}${colon}${path}", host: "app"`;
}

/** The error log has whole seconds. */
export function errorStamp(at: number): string {
  return new Date(START_MS + Math.floor(at) * 1000)
    .toISOString()
    .slice(0, 19)
    .replaceAll('-', '/')
    .replace('T', ' ');
}
