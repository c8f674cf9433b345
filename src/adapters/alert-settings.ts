import { z } from 'zod';
import { type Saying, secretOf } from './secret-variable.ts';

/** How alerts come in. */
export interface AlertSettings {
  /** Where senders deliver; undefined where nobody may. */
  readonly receiver?: AlertReceiverSettings;
  /** The Alertmanager that is asked; undefined where none is. */
  readonly poll?: AlertPollSettings;
}

export interface AlertReceiverSettings {
  readonly address: { readonly host: string; readonly port: number };
  /** Without a slash at the end; the sender's name follows. */
  readonly path: string;
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** For senders that can send a header or sign in, as Alertmanager can. */
  readonly token?: string;
  readonly basic?: { readonly user: string; readonly password: string };
  /** Secrets of signatures, by the id of the mapping in capitals; the one under '' is for all others. */
  readonly signingSecrets: ReadonlyMap<string, string>;
  /** A folder of the user's own mappings. */
  readonly mappings?: string;
  readonly limits: {
    readonly bytes: number;
    readonly perMinute: number;
    readonly atOnce: number;
  };
}

export interface AlertPollSettings {
  /** Address of Alertmanager, without /api/v2. */
  readonly url: string;
  readonly token?: string;
  readonly basic?: { readonly user: string; readonly password: string };
  readonly everyMs: number;
}

const count = (least: number, most: number, fallback: number) =>
  z.coerce.number().int().min(least).max(most).default(fallback);
const ADDRESS = /^(?:(?<host>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):)?(?<port>\d{1,5})$/;

const SHAPES = {
  STAUNCH_ALERTS_PATH: [
    z
      .string()
      .regex(/^\/[A-Za-z0-9/_-]{1,100}(?<!\/)$/)
      .default('/alerts'),
    'a path such as /alerts, without a slash at its end',
  ],
  STAUNCH_ALERTS_MAX_BYTES: [count(1_024, 33_554_432, 1_048_576), 'bytes from 1024 to 33554432'],
  STAUNCH_ALERTS_MAX_PER_MINUTE: [count(1, 60_000, 600), 'a number from 1 to 60000'],
  STAUNCH_ALERTS_MAX_AT_ONCE: [count(1, 1_000, 20), 'a number from 1 to 1000'],
  STAUNCH_ALERTMANAGER_EVERY_SECONDS: [count(5, 3_600, 30), 'seconds from 5 to 3600'],
} as const;
type Shapes = { [K in keyof typeof SHAPES]: z.infer<(typeof SHAPES)[K][0]> };

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)$/;
/** Shorter ones can be guessed. */
const LEAST_SECRET = 16;
const SIGNED_BY = /^STAUNCH_ALERTS_SECRET_([A-Z0-9_]{1,60})$/;

/** Reads what the environment says about alerts; undefined when it says nothing. */
export function readAlertSettings(environment: NodeJS.ProcessEnv, say: Saying): AlertSettings | undefined {
  const values: Record<string, unknown> = {};
  for (const [name, [shape, accepted]] of Object.entries(SHAPES)) {
    const given = environment[name] || undefined;
    const parsed = shape.safeParse(given);
    if (parsed.success) values[name] = parsed.data;
    else say.problems.push(`${name} is "${given}": expected ${accepted}.`);
  }
  const shaped = values as Shapes;
  const receiver = receiverOf(environment, shaped, say);
  const poll = pollOf(environment, shaped, say);
  return receiver || poll ? { ...(receiver && { receiver }), ...(poll && { poll }) } : undefined;
}

function receiverOf(
  environment: NodeJS.ProcessEnv,
  shaped: Shapes,
  say: Saying,
): AlertReceiverSettings | undefined {
  const given = environment.STAUNCH_ALERTS_ADDRESS;
  if (!given) return undefined;
  const { host = '127.0.0.1', port = '' } = ADDRESS.exec(given)?.groups ?? {};
  const isPort = Number(port) >= 1 && Number(port) <= 65_535;
  if (!isPort)
    say.problems.push(
      `STAUNCH_ALERTS_ADDRESS is "${given}": expected an address and a port such as 127.0.0.1:9503 or [::]:9503.`,
    );
  const token = secret(environment, 'STAUNCH_ALERTS_TOKEN', say);
  const basic = basicOf(environment, 'STAUNCH_ALERTS', say);
  const signingSecrets = new Map<string, string>();
  const own = secret(environment, 'STAUNCH_ALERTS_SECRET', say);
  if (own !== undefined) signingSecrets.set('', own);
  const named = new Set(Object.keys(environment).map(variable => variable.replace(/_FILE$/, '')));
  for (const name of named) {
    const sender = SIGNED_BY.exec(name)?.[1];
    const value = sender === undefined ? undefined : secret(environment, name, say);
    if (sender !== undefined && value !== undefined) signingSecrets.set(sender, value);
  }
  if (token === undefined && basic === undefined && signingSecrets.size === 0)
    say.problems.push(
      'STAUNCH_ALERTS_ADDRESS is set, but nothing tells who may deliver there: set STAUNCH_ALERTS_TOKEN, or ' +
        'STAUNCH_ALERTS_USER and STAUNCH_ALERTS_PASSWORD, or STAUNCH_ALERTS_SECRET (each also as …_FILE).',
    );
  const { STAUNCH_ALERTS_TLS_CERT_FILE: certFile, STAUNCH_ALERTS_TLS_KEY_FILE: keyFile } = environment;
  if (Boolean(certFile) !== Boolean(keyFile))
    say.problems.push(
      `STAUNCH_ALERTS_TLS_${certFile ? 'KEY' : 'CERT'}_FILE is missing: TLS needs the certificate and its key.`,
    );
  if (!(certFile && keyFile) && isPort && !LOOPBACK.test(host))
    say.warnings.push(
      `STAUNCH_ALERTS_ADDRESS is ${given}: tokens arrive there unencrypted. Set STAUNCH_ALERTS_TLS_CERT_FILE and ` +
        'STAUNCH_ALERTS_TLS_KEY_FILE, or listen on 127.0.0.1 behind a proxy that has TLS.',
    );
  const mappings = environment.STAUNCH_ALERTS_MAPPINGS;
  return {
    address: { host: host.replace(/^\[|\]$/g, ''), port: Number(port) },
    path: shaped.STAUNCH_ALERTS_PATH,
    ...(certFile && keyFile && { tls: { certFile, keyFile } }),
    ...(token !== undefined && { token }),
    ...(basic && { basic }),
    signingSecrets,
    ...(mappings && { mappings }),
    limits: {
      bytes: shaped.STAUNCH_ALERTS_MAX_BYTES,
      perMinute: shaped.STAUNCH_ALERTS_MAX_PER_MINUTE,
      atOnce: shaped.STAUNCH_ALERTS_MAX_AT_ONCE,
    },
  };
}

function pollOf(environment: NodeJS.ProcessEnv, shaped: Shapes, say: Saying): AlertPollSettings | undefined {
  const given = environment.STAUNCH_ALERTMANAGER_URL;
  if (!given) return undefined;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isPlain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search;
  // It may hold a password, so it is not shown.
  if (!isPlain)
    say.problems.push(
      'STAUNCH_ALERTMANAGER_URL cannot be used: expected an address such as https://alertmanager.example.com:9093, ' +
        'without a user and a query (STAUNCH_ALERTMANAGER_USER and …_PASSWORD, or STAUNCH_ALERTMANAGER_TOKEN).',
    );
  const token = secret(environment, 'STAUNCH_ALERTMANAGER_TOKEN', say, 1);
  const basic = basicOf(environment, 'STAUNCH_ALERTMANAGER', say, 1);
  if (token !== undefined && basic)
    say.problems.push(
      'STAUNCH_ALERTMANAGER_TOKEN and STAUNCH_ALERTMANAGER_USER are both set: keep one of them.',
    );
  return {
    url: given.replace(/\/+$/, '').replace(/\/api\/v2$/, ''),
    ...(token !== undefined && { token }),
    ...(basic && { basic }),
    everyMs: shaped.STAUNCH_ALERTMANAGER_EVERY_SECONDS * 1_000,
  };
}

function basicOf(environment: NodeJS.ProcessEnv, prefix: string, say: Saying, least = LEAST_SECRET) {
  const user = environment[`${prefix}_USER`];
  const password = secret(environment, `${prefix}_PASSWORD`, say, least);
  if (!user && password === undefined) return undefined;
  if (user && password !== undefined) return { user, password };
  if (!user || !environment[`${prefix}_PASSWORD_FILE`])
    say.problems.push(
      `${prefix}_${user ? 'PASSWORD' : 'USER'} is missing: basic authentication needs both of them.`,
    );
  return undefined;
}

function secret(environment: NodeJS.ProcessEnv, name: string, say: Saying, least = LEAST_SECRET) {
  const value = secretOf(environment, name, say) || undefined;
  if (value !== undefined && value.length < least)
    say.problems.push(
      `${name} has ${value.length} characters: expected ${least} at least. Try: openssl rand -hex 32`,
    );
  return value;
}

/** The secrets among them, for the log to hide. */
export function alertSecrets({ receiver, poll }: AlertSettings): readonly string[] {
  return [
    receiver?.token,
    receiver?.basic?.password,
    ...(receiver?.signingSecrets.values() ?? []),
    poll?.token,
    poll?.basic?.password,
  ].filter(value => value !== undefined);
}
