import type { HostKeyVerdict } from './known-hosts.ts';

/** A host key as a server shows it. */
export interface HostKey {
  readonly keyType: string;
  readonly keyBlob: Uint8Array;
  /** `SHA256:…` */
  readonly fingerprint: string;
}

/** Why there is no connection. `detail` is for people: what happened, where, what to try. */
export type ConnectionFailure =
  | {
      readonly ok: false;
      readonly reason: 'unreachable' | 'login-refused' | 'timed-out' | 'cancelled';
      readonly detail: string;
    }
  | {
      readonly ok: false;
      readonly reason: 'host-key';
      readonly problem: Exclude<HostKeyVerdict, 'known'>;
      /** The key the server showed; undefined when it has none of the types that are known for it. */
      readonly shown?: HostKey;
      readonly detail: string;
    };

/** A failure other than over the host key. */
export function failed(
  reason: 'unreachable' | 'login-refused' | 'timed-out' | 'cancelled',
  detail: string,
): ConnectionFailure {
  return { ok: false, reason, detail };
}

/** Stopped on request, at any stage. */
export const CANCELLED: ConnectionFailure = failed('cancelled', 'Stopped on request.');

/** The same failure, told of a server further along a chain of jump hosts. */
export function throughJump(failure: ConnectionFailure, jumpName: string): ConnectionFailure {
  return failure.reason === 'cancelled'
    ? failure
    : { ...failure, detail: `On the way, at the jump host ${jumpName}: ${failure.detail}` };
}

const SOCKET_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'Nothing listens on that port. Is sshd running, and is the port right?'],
  ['ENOTFOUND', 'The name is not known to DNS. Check the host name in the registry.'],
  ['EAI_AGAIN', 'DNS did not answer. Check the name servers of this machine.'],
  ['EHOSTUNREACH', 'There is no route to it. Check the network, the VPN and the firewall.'],
  ['ENETUNREACH', 'There is no route to it. Check the network and the VPN.'],
  ['ETIMEDOUT', 'No packet came back. Check the firewall, the VPN and whether the server is up.'],
  [
    'ECONNRESET',
    'The connection was reset. Check whether sshd is overloaded (MaxStartups) or a firewall cuts it.',
  ],
]);

/** Says what a socket error means for a person who wants to reach the server. */
export function socketErrorDetail(name: string, error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return `Cannot reach ${name}: ${error.message}. ${SOCKET_ERRORS.get(code) ?? 'Try ssh from this machine to see more.'}`;
}
