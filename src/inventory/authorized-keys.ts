/** Where the read script is installed for a key that may run nothing else. */
export const READ_SCRIPT_PATH = '/usr/local/libexec/staunch-read';

/** The two ways a read key can be allowed in, as lines for `~/.ssh/authorized_keys` of the reading user. */
export interface AuthorizedKeysLines {
  /** A login that may run any program of its user, but open no tunnel and no terminal. */
  readonly plain: string;
  /** The key can run the installed read script and nothing else. */
  readonly forced: string;
  /** For a server that others are reached through (`restrict` alone closes that): the one port it may forward to. */
  readonly jump: string;
  /** What a person has to fill in before a line works. */
  readonly toFillIn: readonly string[];
}

/**
 * Builds the lines. Source: sshd(8), AUTHORIZED_KEYS FILE FORMAT. An unknown address or key stays a word
 * that matches nothing, so that a line pasted as it is lets nobody in.
 */
export function authorizedKeysLines(
  publicKey: string | undefined,
  clientAddress: string | undefined,
): AuthorizedKeysLines {
  const [type, body] = publicKey?.trim().split(/\s+/) ?? [];
  const known =
    type !== undefined &&
    body !== undefined &&
    /^(?:ssh|ecdsa|sk)-[a-z0-9@.-]+ AAAA[A-Za-z0-9+/=]+$/.test(`${type} ${body}`);
  const key = known ? `${type} ${body} staunch-read` : 'ssh-ed25519 YOUR-PUBLIC-KEY staunch-read';
  const address =
    clientAddress !== undefined && /^[0-9A-Fa-f.:]+$/.test(clientAddress) ? clientAddress : undefined;
  const from = `from="${address ?? 'ADDRESS-OF-STAUNCH'}"`;
  return {
    plain: `restrict,${from} ${key}`,
    forced: `restrict,${from},command="${READ_SCRIPT_PATH}" ${key}`,
    jump: `restrict,port-forwarding,permitopen="ADDRESS-BEHIND-IT:22",${from} ${key}`,
    toFillIn: [
      ...(address === undefined
        ? ['ADDRESS-OF-STAUNCH: the address (or CIDR range) Staunch connects from']
        : []),
      ...(known ? [] : ['YOUR-PUBLIC-KEY: from the .pub file of the read key']),
    ],
  };
}
