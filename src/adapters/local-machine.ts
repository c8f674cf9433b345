import { access, constants, readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';

/** How long an agent on this machine may take: it answers from memory. */
const AGENT_ANSWER_MS = 1_000;
/** Request and answer of "list the keys". Source: draft-miller-ssh-agent, 3.5. */
const LIST_KEYS = Buffer.from([0, 0, 0, 1, 11]);
const KEYS_FOLLOW = 12;

/** What an identity file is like: `loose` is readable by others, `foreign` belongs to another user. */
type KeyFile =
  | { readonly state: 'fine' | 'loose' | 'foreign'; readonly mode: string }
  | { readonly state: 'absent' | 'unreadable'; readonly detail: string };

type Agent =
  | { readonly state: 'answers'; readonly keys: number }
  | { readonly state: 'none' | 'silent'; readonly detail: string };

/** Tells `staunch doctor` about this machine: runtime, key files, ssh-agent. Key files are not read. */
export function localMachine(agentSocket: string | undefined = process.env.SSH_AUTH_SOCK): {
  readonly nodeVersion: string;
  keyFile(path: string): Promise<KeyFile>;
  agent(socket: string | undefined): Promise<Agent>;
} {
  return {
    nodeVersion: process.versions.node,
    keyFile,
    async agent(socket) {
      const path = socket ?? agentSocket;
      if (!path)
        return { state: 'none', detail: 'SSH_AUTH_SOCK is not set, so no agent runs for this login' };
      return agentAt(path);
    },
  };
}

/** The public half of a key (`PATH.pub`), or undefined where there is none. */
export async function publicKeyOf(identityFile: string): Promise<string | undefined> {
  const text = await readFile(`${identityFile}.pub`, 'utf8').catch(() => undefined);
  return text?.trim().split('\n', 1)[0];
}

/** Reads a text file that a person named; why it cannot be read is an answer. */
export async function readText(
  file: string,
): Promise<{ readonly ok: true; readonly text: string } | { readonly ok: false; readonly detail: string }> {
  try {
    return { ok: true, text: await readFile(file, 'utf8') };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

async function keyFile(path: string): Promise<KeyFile> {
  try {
    const found = await stat(path);
    const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
    const self = process.getuid?.();
    // Windows has neither owner ids nor these modes.
    if (self === undefined) return { state: 'fine', mode };
    if (found.uid !== self) return { state: 'foreign', mode };
    if ((found.mode & 0o077) !== 0) return { state: 'loose', mode };
    await access(path, constants.R_OK);
    return { state: 'fine', mode };
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (absent) return { state: 'absent', detail: 'there is no such file' };
    return { state: 'unreadable', detail: error instanceof Error ? error.message : String(error) };
  }
}

function agentAt(path: string): Promise<Agent> {
  return new Promise(resolve => {
    let received = Buffer.alloc(0);
    const socket = connect(path);
    const finish = (answer: Agent): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(AGENT_ANSWER_MS, () =>
      finish({ state: 'silent', detail: `nothing answers at ${path}` }),
    );
    socket.once('error', error =>
      finish({ state: 'none', detail: `${path} cannot be opened (${error.message})` }),
    );
    socket.once('close', () => finish({ state: 'silent', detail: `${path} closes without an answer` }));
    socket.once('connect', () => socket.write(LIST_KEYS));
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk]);
      // Length, type and number of keys: nine bytes tell all that is wanted.
      if (received.length < 9) return;
      if (received[4] === KEYS_FOLLOW) finish({ state: 'answers', keys: received.readUInt32BE(5) });
      else finish({ state: 'silent', detail: `what answers at ${path} is no ssh-agent` });
    });
  });
}
