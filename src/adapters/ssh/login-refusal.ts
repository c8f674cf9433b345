import { connect } from 'node:net';
import type { ConnectionFailure } from './connection-failure.ts';
import { failed } from './connection-failure.ts';
import type { Credentials } from './credentials.ts';

const AGENT_ANSWER_MS = 1000;
const REQUEST_IDENTITIES = Buffer.from([0, 0, 0, 1, 11]);

/**
 * The key types an ssh-agent holds, in its order (protocol: draft-miller-ssh-agent, 3.5). `undefined` when
 * the agent does not answer in a second.
 */
function agentKeyTypes(socketPath: string): Promise<string[] | undefined> {
  return new Promise(resolve => {
    let received = Buffer.alloc(0);
    const socket = connect(socketPath);
    const finish = (types?: string[]) => {
      socket.destroy();
      resolve(types);
    };
    socket.setTimeout(AGENT_ANSWER_MS, finish);
    socket.once('error', () => finish());
    socket.once('close', () => resolve(undefined));
    socket.once('connect', () => socket.write(REQUEST_IDENTITIES));
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4 || received.length < 4 + received.readUInt32BE(0)) return;
      try {
        finish(keyTypesOf(received.subarray(4)));
      } catch {
        finish(); // a RangeError: the answer is shorter than it says
      }
    });
  });
}

function keyTypesOf(answer: Buffer): string[] | undefined {
  if (answer[0] !== 12) return undefined;
  const types: string[] = [];
  let at = 5;
  for (let left = answer.readUInt32BE(1); left > 0; left--) {
    const blobLength = answer.readUInt32BE(at);
    const typeLength = answer.readUInt32BE(at + 4);
    types.push(answer.toString('latin1', at + 8, at + 8 + typeLength));
    at += 4 + blobLength;
    at += 4 + answer.readUInt32BE(at);
  }
  return types;
}

/** Tells why a login failed as far as this side can know: which keys there were, and which it cannot use. */
export async function loginRefusal(
  name: string,
  credentials: Credentials,
  why: string,
  agentError: string | undefined,
): Promise<ConnectionFailure> {
  const sentences = [`${name} refused the login with ${credentials.origin}: ${why}.`];
  if (credentials.agentSocket !== undefined) {
    const types = await agentKeyTypes(credentials.agentSocket);
    const unusable = types?.filter(type => type.includes('-cert-v01@') || type.startsWith('sk-')) ?? [];
    if (types === undefined) {
      sentences.push('The ssh-agent does not answer: check SSH_AUTH_SOCK and start ssh-agent again.');
    } else if (types.length === 0) {
      sentences.push('The ssh-agent holds no key: load one with ssh-add.');
    } else if (unusable.length > 0) {
      sentences.push(
        `The ssh-agent holds ${[...new Set(unusable)].join(', ')}: user certificates and FIDO keys are not ` +
          'supported; give Staunch an ed25519 key of its own.',
      );
    }
    if (agentError !== undefined) sentences.push(`The ssh-agent reported: ${agentError}.`);
  }
  sentences.push(
    "Check the user name, that user's authorized_keys (a from= there must name this machine), and the server's auth log.",
  );
  return failed('login-refused', sentences.join(' '));
}
