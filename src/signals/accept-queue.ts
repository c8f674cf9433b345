import { answerLines, lineMaker, wholeNumber } from './answer-lines.ts';
import type { AcceptQueue } from './host-state.ts';

/** Names that `ss` without -n prints for ports an app server or nginx is likely to use (/etc/services). */
const PORT_NAMES: Readonly<Record<string, string>> = { http: '80', https: '443', 'http-alt': '8080' };

/**
 * Reads the listening sockets of `ss -xl`, `ss -tl` (with or without -n, -p; with or without the Netid
 * column): Recv-Q is the accept queue, Send-Q the backlog. User Mode Linux prints a backlog of 0: a limit of
 * 0 means unknown. Datagram sockets and sockets in another state are left out.
 */
export function readAcceptQueues(text: string, server: string): readonly AcceptQueue[] {
  const line = lineMaker(server, 'accept-queue');
  const queues: AcceptQueue[] = [];
  for (const row of answerLines(text)) {
    const match = /^(?:([a-z]\w{0,7}) +)?LISTEN +(\d{1,10}) +(\d{1,10}) +(\S.*)$/.exec(row);
    const waiting = wholeNumber(match?.[2]);
    const limit = wholeNumber(match?.[3]);
    const rest = match?.[4];
    if (waiting === undefined || limit === undefined || rest === undefined) continue;
    const isUnix = match?.[1] === undefined ? /^[/@]/.test(rest) : match[1].startsWith('u_');
    const listener = isUnix ? unixListener(rest) : internetListener(rest);
    if (listener !== undefined) queues.push({ listener, waiting, limit, line: line(row) });
  }
  return queues;
}

/** `PATH INODE * 0 …`: the path may hold spaces, so it ends where inode and the empty peer begin. */
function unixListener(rest: string): string | undefined {
  const path = /^(.{1,4096}?) \d{1,20} +\* +\d{1,20}(?: |$)/.exec(rest)?.[1]?.trimEnd();
  return path === undefined || path === '*' ? undefined : `unix:${path}`;
}

/** `127.0.0.1:8000`, `[::1]:8000`, `*:8000`, `127.0.0.53%lo:domain`. */
function internetListener(rest: string): string | undefined {
  const address = rest.split(' ', 1)[0] ?? '';
  const colon = address.lastIndexOf(':');
  if (colon <= 0) return undefined;
  const port = address.slice(colon + 1);
  return `${address.slice(0, colon)}:${PORT_NAMES[port] ?? port}`;
}
