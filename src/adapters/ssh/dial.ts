import type { Server } from '../../inventory/registry.ts';
import type { ConnectResult } from './connect.ts';
import { connect } from './connect.ts';
import type { Connection } from './connection.ts';
import { credentialsOf } from './credentials.ts';
import { hostKeyPolicyOf } from './host-key-policy.ts';

export interface DialOptions {
  /** For this hop alone. */
  readonly timeoutMs: number;
  readonly cancel: AbortSignal;
  /** The connection of `server.jump`. */
  readonly through?: Connection;
}

/** Opens one hop: a server under its own host key policy and with its own credentials. */
export async function dial(server: Server, options: DialOptions): Promise<ConnectResult> {
  const hostKey = await hostKeyPolicyOf(server);
  if ('ok' in hostKey) return hostKey;
  const credentials = await credentialsOf(server);
  if ('ok' in credentials) return credentials;
  const { host, port, user } = server;
  return connect({ host, port, user, hostKey, credentials, ...options });
}
