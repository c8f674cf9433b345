import type { Server } from '../../inventory/registry.ts';
import { connect } from './connect.ts';
import type { Connection } from './connection.ts';
import type { ConnectionFailure, HostKey } from './connection-failure.ts';
import { failed, throughJump } from './connection-failure.ts';
import { dial } from './dial.ts';
import { TRUST_NOBODY } from './host-key-policy.ts';

/** How long one hop may take when a host key is looked at. */
const SCAN_MS = 10_000;

/**
 * Looks at the host key a server shows, without trusting it: the handshake is refused once the key was seen,
 * before anything is sent that identifies the user. Jump hosts on the way are verified as always.
 */
export async function scanHostKey(
  host: string,
  port: number,
  jump?: Server,
  cancel: AbortSignal = new AbortController().signal,
): Promise<{ readonly ok: true; readonly key: HostKey } | ConnectionFailure> {
  const hops: Connection[] = [];
  try {
    for (const server of chainOf(jump)) {
      const through = hops.at(-1);
      const hop = await dial(server, {
        timeoutMs: SCAN_MS,
        cancel,
        ...(through === undefined ? {} : { through }),
      });
      if (!hop.ok) return throughJump(hop, server.id);
      hops.push(hop.connection);
    }
    const through = hops.at(-1);
    const result = await connect({
      host,
      port,
      user: 'nobody',
      hostKey: TRUST_NOBODY,
      credentials: { origin: 'no key' },
      timeoutMs: SCAN_MS,
      cancel,
      ...(through === undefined ? {} : { through }),
    });
    if (result.ok) throw new Error('A connection was opened under a policy that trusts nobody.');
    if (result.reason !== 'host-key') return result;
    if (result.shown !== undefined) return { ok: true, key: result.shown };
    return failed(
      'unreachable',
      `${host}:${port} has no host key of a type that can be verified (DSA, or too old?).`,
    );
  } finally {
    for (const hop of hops.reverse()) hop.end();
  }
}

/** Jump hosts in the order of travel, the nearest first. */
function chainOf(server: Server | undefined): Server[] {
  return server === undefined ? [] : [...chainOf(server.jump), server];
}
