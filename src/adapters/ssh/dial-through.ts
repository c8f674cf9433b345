import type { Server } from '../../inventory/registry.ts';
import type { Connection } from './connection.ts';
import { type ConnectionFailure, throughJump } from './connection-failure.ts';
import { dial } from './dial.ts';

/** For TCP, handshake and login of one hop. */
const HOP_MS = 10_000;

/** A connection with the hops that carry it. */
export interface Reached {
  readonly ok: true;
  readonly connection: Connection;
  /** Ends it and the hops before it. */
  end(): void;
}

/**
 * Opens a connection of its own, hop by hop: each jump host under its own host key and with its own key that reads.
 * For calls that are rare; what is asked often keeps its connections.
 */
export async function dialThrough(
  server: Server,
  cancel: AbortSignal,
  timeoutMs: number = HOP_MS,
): Promise<Reached | ConnectionFailure> {
  const hop = server.jump && (await dialThrough(server.jump, cancel, timeoutMs));
  if (hop?.ok === false) return throughJump(hop, server.jump?.id ?? '');
  const through = hop === undefined ? {} : { through: hop.connection };
  const result = await dial(server, { timeoutMs, cancel, ...through });
  if (!result.ok) {
    hop?.end();
    return result;
  }
  const end = () => {
    result.connection.end();
    hop?.end();
  };
  return { ok: true, connection: result.connection, end };
}
