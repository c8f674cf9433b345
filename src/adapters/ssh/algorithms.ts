/**
 * What this client offers in a handshake. No SHA-1, no group exchange (slow, and every server has better).
 *
 * Terrapin (CVE-2023-48795) needs ChaCha20-Poly1305 or a CBC/CTR cipher with an encrypt-then-MAC. Neither is
 * offered, so the attack finds nothing, whether or not the server knows strict key exchange; the library uses
 * strict key exchange wherever the server has it.
 */
export const OFFERED = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group14-sha256',
  ],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} as const;

export type HostKeyAlgorithm =
  | 'ssh-ed25519'
  | 'ecdsa-sha2-nistp256'
  | 'ecdsa-sha2-nistp384'
  | 'ecdsa-sha2-nistp521'
  | 'rsa-sha2-512'
  | 'rsa-sha2-256';

/** Host key types in the order of preference, with the signature algorithms that are accepted for each. */
const SIGNATURES: ReadonlyMap<string, readonly HostKeyAlgorithm[]> = new Map([
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
]);

/** Every host key type that can be verified. */
export const HOST_KEY_TYPES: readonly string[] = [...SIGNATURES.keys()];

/** The host key algorithms to offer so that the server shows a key of one of these types; `ssh-rsa` never by SHA-1. */
export function hostKeyAlgorithms(keyTypes: Iterable<string>): readonly HostKeyAlgorithm[] {
  const wanted = new Set(keyTypes);
  return [...SIGNATURES].flatMap(([type, algorithms]) => (wanted.has(type) ? algorithms : []));
}
