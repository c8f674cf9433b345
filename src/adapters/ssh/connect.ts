import { connect as connectSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectConfig } from 'ssh2';
import ssh2 from 'ssh2';
import { hostKeyAlgorithms, OFFERED } from './algorithms.ts';
import type { Connection } from './connection.ts';
import type { ConnectionFailure, HostKey } from './connection-failure.ts';
import { CANCELLED, failed, socketErrorDetail } from './connection-failure.ts';
import type { Credentials } from './credentials.ts';
import type { HostKeyPolicy } from './host-key-policy.ts';
import { hostKeyOf } from './host-key-policy.ts';
import { loginRefusal } from './login-refusal.ts';
import { openConnection } from './open-connection.ts';

/** Every connection needs a decision about the host key: there is no default for it. */
export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey: HostKeyPolicy;
  readonly credentials: Credentials;
  /** For TCP, handshake and login together. */
  readonly timeoutMs: number;
  readonly cancel: AbortSignal;
  /** A jump host's connection to go through. */
  readonly through?: Connection;
}

export type ConnectResult = { readonly ok: true; readonly connection: Connection } | ConnectionFailure;

const KEEPALIVE = { keepaliveInterval: 5000, keepaliveCountMax: 3 };

/**
 * Opens a connection: with open-connection.ts the only place that knows the SSH library. Never throws; every failure is a value.
 * The library accepts any host key unless the verifier says exactly `false`, so it is asked for a boolean
 * here and nowhere else.
 */
export async function connect(options: ConnectOptions): Promise<ConnectResult> {
  const deadlineAtMs = performance.now() + options.timeoutMs;
  let keyTypes = options.hostKey.keyTypes;
  let first: ConnectResult | undefined;
  for (;;) {
    const result = await attempt(options, keyTypes, deadlineAtMs);
    if (result.ok || result.reason !== 'host-key' || !options.hostKey.typeOpen) return result;
    // A fingerprint does not tell its key's type. The server showed its key of one type: look at the others.
    first ??= result;
    const seenType = result.shown?.keyType;
    keyTypes = keyTypes.filter(type => type !== seenType);
    if (seenType === undefined || keyTypes.length === 0) return first;
  }
}

function nameOf(options: ConnectOptions): string {
  return `${options.user}@${options.host}:${options.port}`;
}

function timedOut(options: ConnectOptions, stage: string): ConnectionFailure {
  return failed(
    'timed-out',
    `${nameOf(options)} did not finish ${stage} within ${Math.round(options.timeoutMs / 100) / 10} s. ` +
      'The server may be overloaded or hung, or a firewall drops the packets: try ssh from this machine.',
  );
}

/** The byte stream to the server: TCP, or a stream that the jump host opens. */
async function openStream(options: ConnectOptions, stop: AbortSignal): Promise<Duplex | ConnectionFailure> {
  if (options.through !== undefined) {
    const stream = await options.through.tunnel(options.host, options.port, stop);
    if (!('ok' in stream)) return stream;
    return failed(
      'unreachable',
      `${options.through.name} cannot reach ${options.host}:${options.port}: ${stream.detail}`,
    );
  }
  return new Promise(resolve => {
    const socket = connectSocket({ host: options.host, port: options.port, noDelay: true });
    const give = () => {
      socket.destroy();
      resolve(CANCELLED);
    };
    stop.addEventListener('abort', give, { once: true });
    socket.once('connect', () => {
      stop.removeEventListener('abort', give);
      resolve(socket);
    });
    socket.once('error', error => {
      stop.removeEventListener('abort', give);
      resolve(failed('unreachable', socketErrorDetail(nameOf(options), error)));
    });
  });
}

async function attempt(
  options: ConnectOptions,
  keyTypes: readonly string[],
  deadlineAtMs: number,
): Promise<ConnectResult> {
  if (options.cancel.aborted) return CANCELLED;
  const expiry = new AbortController();
  const timer = setTimeout(() => expiry.abort(), Math.max(1, deadlineAtMs - performance.now()));
  const stop = AbortSignal.any([options.cancel, expiry.signal]);
  try {
    const stream = await openStream(options, stop);
    if (stop.aborted) {
      if (!('ok' in stream)) stream.destroy();
      return options.cancel.aborted ? CANCELLED : timedOut(options, 'the TCP connection');
    }
    if ('ok' in stream) return stream;
    return await handshake(options, keyTypes, stream, stop);
  } finally {
    clearTimeout(timer);
  }
}

function handshake(
  options: ConnectOptions,
  keyTypes: readonly string[],
  stream: Duplex,
  stop: AbortSignal,
): Promise<ConnectResult> {
  return new Promise(resolve => {
    const client = new ssh2.Client();
    let shown: HostKey | undefined;
    let known: HostKey | undefined;
    let problem: 'unknown' | 'changed' | 'revoked' | 'only-certificate-authority' | undefined;
    let encrypted = false;
    let agentError: string | undefined;
    let settled = false;
    const settle = (result: ConnectResult) => {
      if (settled) return;
      settled = true;
      stop.removeEventListener('abort', onStop);
      if (!result.ok) {
        client.destroy();
        stream.destroy();
      }
      resolve(result);
    };
    const onStop = () =>
      settle(
        options.cancel.aborted ? CANCELLED : timedOut(options, encrypted ? 'the login' : 'the SSH handshake'),
      );
    const refused = (why: string) =>
      loginRefusal(nameOf(options), options.credentials, why, agentError).then(settle);
    stop.addEventListener('abort', onStop, { once: true });

    const onError = (error: Error & { level?: string }) => {
      if (problem !== undefined) {
        const about = shown === undefined ? {} : { shown };
        settle({
          ok: false,
          reason: 'host-key',
          problem,
          ...about,
          detail: options.hostKey.refusal(problem, shown),
        });
      } else if (error.level === 'agent') {
        // One key of the agent failed; the library goes on with the next and says so when all have.
        agentError = error.message;
      } else if (error.level === 'client-authentication') {
        void refused('the server accepted none of the keys');
      } else if (/no matching host key format/.test(error.message)) {
        problem = 'changed';
        onError(error);
      } else if (encrypted) {
        void refused(error.message);
      } else {
        const offer = /no matching/.test(error.message)
          ? ` Offered were: ${Object.values(OFFERED).flat().join(' ')}.`
          : '';
        settle(failed('unreachable', `${socketErrorDetail(nameOf(options), error)}${offer}`));
      }
    };
    client.on('error', onError);
    client.on('handshake', () => {
      encrypted = true;
    });
    client.on('close', () => onError(new Error('The server closed the connection during the login')));
    client.on('ready', () => {
      // The verifier ran before: without a key that it accepted there is no login.
      if (known === undefined) return settle(failed('unreachable', `${nameOf(options)} showed no host key`));
      settle({ ok: true, connection: openConnection(nameOf(options), known, client, stream) });
    });

    const config: ConnectConfig = {
      sock: stream as NonNullable<ConnectConfig['sock']>,
      ident: 'staunch',
      username: options.user,
      readyTimeout: options.timeoutMs + 1000,
      ...KEEPALIVE,
      algorithms: {
        serverHostKey: [...hostKeyAlgorithms(keyTypes)],
        kex: [...OFFERED.kex],
        cipher: [...OFFERED.cipher],
        hmac: [...OFFERED.hmac],
        compress: [...OFFERED.compress],
      },
      hostVerifier: (keyBlob: Buffer): boolean => {
        const verdict = options.hostKey.judge(keyBlob);
        if (verdict === 'known') {
          known ??= hostKeyOf(keyBlob);
          return true;
        }
        shown = hostKeyOf(keyBlob);
        problem = verdict;
        return false;
      },
      authHandler: loginSteps(options),
      agentForward: false,
      ...(options.credentials.privateKey === undefined ? {} : { privateKey: options.credentials.privateKey }),
      ...(options.credentials.agentSocket === undefined ? {} : { agent: options.credentials.agentSocket }),
    };
    try {
      client.connect(config);
    } catch (error) {
      settle(failed('login-refused', `Cannot use ${options.credentials.origin}: ${String(error)}`));
    }
  });
}

/** Keys at once, without asking for "none" first: that saves a round trip. */
function loginSteps(options: ConnectOptions): ('publickey' | 'agent')[] {
  return [
    ...(options.credentials.privateKey === undefined ? [] : (['publickey'] as const)),
    ...(options.credentials.agentSocket === undefined ? [] : (['agent'] as const)),
  ];
}
