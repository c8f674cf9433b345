import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Server } from '../../inventory/registry.ts';
import type { ConnectionFailure } from './connection-failure.ts';
import { failed } from './connection-failure.ts';
import { fromHome } from './home-path.ts';

/** What to log in with. An agent is asked to sign; it is never forwarded. */
export interface Credentials {
  readonly privateKey?: Buffer;
  readonly agentSocket?: string;
  /** For messages: where the credentials came from. */
  readonly origin: string;
}

const OPENSSH_HEADER = 'openssh-key-v1\0';

/** Why a private key file cannot be used; undefined for one that can. Format: OpenSSH PROTOCOL.key, PEM. */
export function keyFileProblem(text: string): string | undefined {
  if (!text.includes('PRIVATE KEY-----')) {
    return text.startsWith('ssh-') || text.startsWith('ecdsa-')
      ? 'it is a public key; the registry wants the private one'
      : 'it is not a private key in OpenSSH or PEM form';
  }
  if (text.includes('ENCRYPTED')) return encryptedAdvice;
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const blob = Buffer.from(body.replace(/\s+/g, ''), 'base64');
  if (blob.toString('latin1', 0, OPENSSH_HEADER.length) !== OPENSSH_HEADER) return 'it is damaged';
  const cipherAt = OPENSSH_HEADER.length;
  if (blob.length < cipherAt + 8) return 'it is damaged';
  const cipher = blob.toString('latin1', cipherAt + 4, cipherAt + 4 + blob.readUInt32BE(cipherAt));
  if (cipher !== 'none') return encryptedAdvice;
  if (blob.includes('sk-ssh-ed25519@openssh.com') || blob.includes('sk-ecdsa-sha2-nistp256@openssh.com')) {
    return 'it is a FIDO key (sk-…), which is not supported; give Staunch an ed25519 key of its own';
  }
  return undefined;
}

const encryptedAdvice =
  'it has a passphrase. Load it into an ssh-agent (ssh-add) and take identityFile out of the server entry';

/** systemd hands credentials to a service in a folder that only the service can read, whoever owns the file. */
function fromSystemd(path: string): boolean {
  const folder = process.env.CREDENTIALS_DIRECTORY;
  return folder !== undefined && folder !== '' && dirname(path) === folder.replace(/\/+$/, '');
}

async function readKeyFile(path: string): Promise<Buffer | ConnectionFailure> {
  const refuse = (why: string) => failed('login-refused', `The key file ${path} cannot be used: ${why}.`);
  const file = await open(path, 'r').catch((error: unknown) => error);
  if (file instanceof Error) return refuse(file.message);
  const handle = file as Awaited<ReturnType<typeof open>>;
  try {
    const status = await handle.stat();
    const self = process.getuid?.();
    if (self !== undefined && !fromSystemd(path)) {
      if (status.uid !== self)
        return refuse(`it belongs to user ${status.uid}, not to the one that runs Staunch (${self})`);
      if ((status.mode & 0o177) !== 0) {
        const mode = (status.mode & 0o777).toString(8).padStart(4, '0');
        return refuse(`its mode is ${mode}, so others may have read it. Set it with: chmod 600 ${path}`);
      }
    }
    const key = await handle.readFile();
    const problem = keyFileProblem(key.toString('latin1'));
    return problem === undefined ? key : refuse(problem);
  } catch (error) {
    return refuse(String(error));
  } finally {
    await handle.close();
  }
}

/** Finds what a server's registry entry says to log in with: its key file, else an ssh-agent. */
export async function credentialsOf(
  server: Pick<Server, 'id' | 'identityFile' | 'agent'>,
): Promise<Credentials | ConnectionFailure> {
  const agentSocket =
    server.agent ?? (server.identityFile === undefined ? process.env.SSH_AUTH_SOCK : undefined);
  const agent = agentSocket === undefined || agentSocket === '' ? {} : { agentSocket: fromHome(agentSocket) };
  if (server.identityFile === undefined) {
    if (agent.agentSocket !== undefined) return { ...agent, origin: `the ssh-agent at ${agent.agentSocket}` };
    return failed(
      'login-refused',
      `There is nothing to log in with: the server ${server.id} names no identityFile, and no ssh-agent is there ` +
        '(SSH_AUTH_SOCK is empty). Start one and ssh-add a key, or set identityFile.',
    );
  }
  const path = fromHome(server.identityFile);
  const privateKey = await readKeyFile(path);
  if ('ok' in privateKey) return privateKey;
  return { privateKey, ...agent, origin: `the key file ${path}` };
}
