import { safeText } from '../../src/report/safe-text.ts';
import { EXIT, type TerminalContext } from './context.ts';

/** A host key as a server showed it, before anybody vouched for it. */
export interface ShownHostKey {
  readonly keyType: string;
  /** `SHA256:…` */
  readonly fingerprint: string;
}

/**
 * Shows a host key and lets a person decide. With `expected` (--fingerprint) the comparison decides instead.
 * Nothing else accepts a key: not --yes, and not silence. Undefined means accepted, otherwise the exit code.
 */
export async function hostKeyRefusal(
  shown: ShownHostKey,
  host: string,
  expected: string | undefined,
  context: TerminalContext,
): Promise<number | undefined> {
  context.write(`${host} shows this host key:\n  ${safeText(shown.keyType, 60)}  ${shown.fingerprint}\n`);
  if (expected !== undefined) {
    if (sameFingerprint(expected, shown.fingerprint)) {
      context.write('It is the one given with --fingerprint.\n');
      return undefined;
    }
    context.writeError(
      `HOST KEY REFUSED: --fingerprint says ${safeText(expected, 100)}.\n` +
        'Either another key type was meant, or somebody stands between this machine and the server. ' +
        'Look at the key on the server itself:\n' +
        `  ${compareCommand(shown.keyType)}\nNothing was written.\n`,
    );
    return EXIT.hostKey;
  }
  context.write(
    `Compare it on the server's own console (not through SSH from here):\n  ${compareCommand(shown.keyType)}\n`,
  );
  if (!context.ask) {
    context.writeError(
      'Nobody can be asked whether this is the right key. When you have compared it, run the command again with\n' +
        `  --fingerprint ${shown.fingerprint}\nNothing was written.\n`,
    );
    return EXIT.usage;
  }
  const answer = (await context.ask('Is it the same? Type yes, or paste the fingerprint: ')).trim();
  if (answer.toLowerCase() === 'yes' || sameFingerprint(answer, shown.fingerprint)) return undefined;
  context.writeError('The host key was not accepted. Nothing was written.\n');
  return EXIT.hostKey;
}

function sameFingerprint(given: string, shown: string): boolean {
  const bare = (text: string): string =>
    text
      .trim()
      .replace(/^SHA256:/, '')
      .replace(/=+$/, '');
  return bare(given) !== '' && bare(given) === bare(shown);
}

function compareCommand(keyType: string): string {
  const kind = /ed25519/.test(keyType) ? 'ed25519' : /ecdsa/.test(keyType) ? 'ecdsa' : 'rsa';
  return `ssh-keygen -lf /etc/ssh/ssh_host_${kind}_key.pub`;
}
