import { readFile } from 'node:fs/promises';
import type { Server } from '../../inventory/registry.ts';
import { HOST_KEY_TYPES } from './algorithms.ts';
import type { ConnectionFailure, HostKey } from './connection-failure.ts';
import { fromHome } from './home-path.ts';
import type { HostKeyVerdict, KnownHostKey } from './known-hosts.ts';
import {
  fingerprintOf,
  keyTypeOf,
  knownHostsName,
  knownKeysOf,
  parseKeyText,
  verdictOfKeys,
} from './known-hosts.ts';

/**
 * The decision over a server's host key, made before connecting and valid for the whole connection: the key
 * is asked for again at every rekey, so the answer depends on nothing that can change.
 */
export interface HostKeyPolicy {
  /** Key types to offer: those known for the server, so that it cannot show another one. */
  readonly keyTypes: readonly string[];
  /** True when the wanted key's type is not known: a key of another type then proves nothing yet. */
  readonly typeOpen: boolean;
  judge(keyBlob: Uint8Array): HostKeyVerdict;
  /** What to tell when the key is refused; without a key, the server has none of `keyTypes`. */
  refusal(problem: Exclude<HostKeyVerdict, 'known'>, shown: HostKey | undefined): string;
}

type Place = Pick<Server, 'host' | 'port'>;

function checkOnServer(shown: HostKey | undefined): string {
  const file = shown?.keyType.replace(/^ssh-|-sha2-nistp\d+$/g, '') ?? '*';
  return `Compare on the server's own console: ssh-keygen -lf /etc/ssh/ssh_host_${file}_key.pub`;
}

function shownText(place: Place, shown: HostKey | undefined): string {
  const name = knownHostsName(place.host, place.port);
  return shown === undefined
    ? `${name} shows no host key of a known type.`
    : `${name} shows the host key ${shown.keyType} ${shown.fingerprint}.`;
}

const STOP =
  'Either the server was set up anew, or somebody stands between. Do not go on before you have checked it.';

/** A policy for one wanted key, or for one fingerprint. */
function pinned(place: Place, wanted: { fingerprint: string; keyType?: string }): HostKeyPolicy {
  return {
    keyTypes: wanted.keyType === undefined ? HOST_KEY_TYPES : [wanted.keyType],
    typeOpen: wanted.keyType === undefined,
    judge: keyBlob => (fingerprintOf(keyBlob) === wanted.fingerprint ? 'known' : 'changed'),
    refusal: (_problem, shown) =>
      `${shownText(place, shown)} The registry expects ${wanted.fingerprint}. ${STOP} ${checkOnServer(shown)} — ` +
      "and only if that agrees with what the server shows, change the server's host key in the registry.",
  };
}

function fromKnownHosts(
  place: Place,
  paths: readonly string[],
  known: readonly KnownHostKey[],
): HostKeyPolicy {
  const plain = known.filter(line => line.marker === 'none');
  const types = new Set(plain.map(line => line.keyType));
  const name = knownHostsName(place.host, place.port);
  const places = plain.map(
    line => `${paths[line.file]}:${line.lineNumber} (${line.keyType} ${fingerprintOf(line.keyBlob)})`,
  );
  const revokedAt = (shown: HostKey | undefined) =>
    known.find(line => line.marker === 'revoked' && fingerprintOf(line.keyBlob) === shown?.fingerprint);
  const texts = {
    unknown: () =>
      `No key is known for it in ${paths.join(', ') || 'any file'}. Add the server with "staunch server add", ` +
      'or put its key there yourself after checking it.',
    changed: () =>
      `Known is: ${places.join('; ')}. ${STOP} After checking: ` +
      [...new Set(plain.map(line => `ssh-keygen -R '${name}' -f '${paths[line.file]}'`))].join(' and ') +
      ', then add the new key.',
    revoked: (shown: HostKey | undefined) => {
      const at = revokedAt(shown);
      return `This key is marked @revoked in ${at === undefined ? 'known_hosts' : `${paths[at.file]}:${at.lineNumber}`}: it is not to be trusted any more. Give the server a new host key.`;
    },
    'only-certificate-authority': () =>
      'It is known only through a certificate authority (@cert-authority), and host certificates are not ' +
      "supported. Add the server's own key to known_hosts or to the registry.",
  };
  return {
    // Nothing known: let it show any key, so that the refusal can name it.
    keyTypes: types.size > 0 ? [...types] : HOST_KEY_TYPES,
    typeOpen: false,
    judge: keyBlob => verdictOfKeys(known, keyBlob),
    refusal: (problem, shown) =>
      `${shownText(place, shown)} ${texts[problem](shown)} ${checkOnServer(shown)}`,
  };
}

function hostKeyFailure(detail: string): ConnectionFailure {
  return { ok: false, reason: 'host-key', problem: 'unknown', detail };
}

/** Makes the policy of a server from its registry entry. A missing known_hosts file knows nobody. */
export async function hostKeyPolicyOf(
  server: Pick<Server, 'host' | 'port' | 'hostKey'>,
): Promise<HostKeyPolicy | ConnectionFailure> {
  const { hostKey } = server;
  if (hostKey.kind === 'fingerprint')
    return pinned(server, { fingerprint: hostKey.sha256.replace(/=+$/, '') });
  if (hostKey.kind === 'key') {
    const key = parseKeyText(hostKey.line);
    if (key === undefined || !HOST_KEY_TYPES.includes(key.keyType)) {
      return hostKeyFailure(
        `The host key of ${knownHostsName(server.host, server.port)} in the registry is not one that can be ` +
          `verified. Wanted is a line "TYPE BASE64" with one of ${HOST_KEY_TYPES.join(', ')}.`,
      );
    }
    return pinned(server, { fingerprint: fingerprintOf(key.keyBlob), keyType: key.keyType });
  }
  const paths = hostKey.paths.map(fromHome);
  const texts: string[] = [];
  for (const path of paths) {
    try {
      texts.push(await readFile(path, 'utf8'));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') texts.push('');
      // Part of the truth could revoke a key that the rest calls known.
      else
        return hostKeyFailure(
          `Cannot read ${path}: ${String(error)}. Without it no host key can be trusted.`,
        );
    }
  }
  return fromKnownHosts(server, paths, knownKeysOf(texts, server.host, server.port));
}

/** A policy that trusts nobody: for looking at a key without logging in. */
export const TRUST_NOBODY: HostKeyPolicy = {
  keyTypes: HOST_KEY_TYPES,
  typeOpen: false,
  judge: () => 'unknown',
  refusal: () => 'Only the host key was looked at.',
};

/** What the server showed, with the names people compare. */
export function hostKeyOf(keyBlob: Uint8Array): HostKey {
  return {
    keyType: keyTypeOf(keyBlob),
    keyBlob: Uint8Array.from(keyBlob),
    fingerprint: fingerprintOf(keyBlob),
  };
}
