import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { stateFolder } from './kept-diagnosis.ts';
import { addressSecrets, isReadableAddress } from './state/postgres-address.ts';

/** What the service is told by its environment (and by `.env`). Everything else is in `staunch.yml`. */
export interface Settings {
  readonly slack: SlackSettings;
  readonly configFile: string;
  readonly stateFolder: string;
  /** A PostgreSQL database that several processes share, instead of a file in the state folder. */
  readonly databaseUrl?: string;
  /** Where /healthz and /metrics are served; undefined when switched off. */
  readonly status?: Address;
  readonly logLevel: LogLevel;
  /** Whether workers are sampled each minute, and people warned. */
  readonly watch: boolean;
  readonly retention: { readonly evidenceDays: number; readonly incidentDays: number };
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface SlackSettings {
  readonly botToken: string;
  /** `https://slack.com/api/` but for the practice Slack and GovSlack. */
  readonly apiUrl: string;
  readonly receiver:
    | { readonly kind: 'socket'; readonly appToken: string }
    | {
        readonly kind: 'http';
        readonly signingSecret: string;
        readonly path: string;
        readonly address: Address;
      };
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type SettingsReading =
  | { readonly ok: true; readonly settings: Settings; readonly warnings: readonly string[] }
  /** No token at all: practice mode. */
  | { readonly ok: false; readonly tokens: false }
  /** One sentence per variable: which, what it holds (never a secret), what is accepted. */
  | { readonly ok: false; readonly tokens: true; readonly problems: readonly string[] };

/** The Slack CLI hands its tokens over under names of its own. */
const TOKENS = {
  SLACK_BOT_TOKEN: 'SLACK_CLI_XOXB',
  SLACK_APP_TOKEN: 'SLACK_CLI_XAPP',
} as const;

const port = (fallback: number) => z.coerce.number().int().min(1).max(65_535).default(fallback);
const days = (fallback: number) => z.coerce.number().int().min(1).max(3_650).default(fallback);
const Host = z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/);

const SHAPES = {
  STAUNCH_SLACK_MODE: [z.enum(['socket', 'http']).default('socket'), 'socket or http'],
  SLACK_API_URL: [
    z
      .url({ protocol: /^https?$/ })
      .regex(/\/api\/$/)
      .default('https://slack.com/api/'),
    'an http(s) address that ends in /api/',
  ],
  STAUNCH_HTTP_HOST: [Host.default('127.0.0.1'), 'a host name or address to listen on'],
  STAUNCH_HTTP_PORT: [port(3000), 'a port from 1 to 65535'],
  STAUNCH_HTTP_PATH: [
    z
      .string()
      .regex(/^\/[A-Za-z0-9/_-]{1,100}$/)
      .default('/slack/events'),
    'a path such as /slack/events',
  ],
  STAUNCH_STATUS_HOST: [Host.default('127.0.0.1'), 'a host name or address to listen on'],
  STAUNCH_STATUS_PORT: [
    z.union([z.literal('off'), port(9502)]).default(9502),
    'a port from 1 to 65535, or off',
  ],
  STAUNCH_CONFIG: [z.string().min(1).default('staunch.yml'), 'the path of staunch.yml'],
  STAUNCH_WATCH: [z.enum(['on', 'off']).default('on'), 'on or off'],
  STAUNCH_LOG_LEVEL: [z.enum(LOG_LEVELS).default('info'), LOG_LEVELS.join(', ')],
  STAUNCH_KEEP_EVIDENCE_DAYS: [days(30), 'a number of days from 1 to 3650'],
  STAUNCH_KEEP_INCIDENTS_DAYS: [days(365), 'a number of days from 1 to 3650'],
} as const;

type Shapes = { [K in keyof typeof SHAPES]: z.infer<(typeof SHAPES)[K][0]> };

/**
 * Reads the environment, and the files that SLACK_BOT_TOKEN_FILE and its like name. Every wrong variable is named
 * at once; a token is named, never shown.
 */
export function readSettings(environment: NodeJS.ProcessEnv): SettingsReading {
  const problems: string[] = [];
  const warnings: string[] = [];
  const secret = (name: string, other?: string) =>
    secretOf(environment, name, { problems, warnings }) ||
    (other === undefined ? undefined : environment[other]) ||
    undefined;
  const botToken = secret('SLACK_BOT_TOKEN', TOKENS.SLACK_BOT_TOKEN);
  const appToken = secret('SLACK_APP_TOKEN', TOKENS.SLACK_APP_TOKEN);
  const signingSecret = secret('SLACK_SIGNING_SECRET');
  if (!botToken && !appToken && !signingSecret && problems.length === 0) return { ok: false, tokens: false };
  const databaseUrl = databaseUrlOf(environment, { problems, warnings });
  const values: Record<string, unknown> = {};
  for (const [name, [shape, accepted]] of Object.entries(SHAPES)) {
    const given = environment[name] || undefined;
    const parsed = shape.safeParse(given);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(`${name} is "${given}": expected ${accepted}.`);
  }
  const mode = values.STAUNCH_SLACK_MODE;
  const demand = (name: string, value: string | undefined, prefix: RegExp, hint: string): void => {
    // A file that could not be read was told of already.
    if (value === undefined && environment[`${name}_FILE`]) return;
    if (value === undefined) problems.push(`${name} is missing: ${hint}`);
    else if (!prefix.test(value)) problems.push(`${name} is not of the right kind: ${hint}`);
  };
  demand(
    'SLACK_BOT_TOKEN',
    botToken,
    /^xoxb-/,
    'the bot token begins with xoxb- (your app at api.slack.com, OAuth & Permissions).',
  );
  if (mode === 'http')
    demand(
      'SLACK_SIGNING_SECRET',
      signingSecret,
      /^[0-9a-f]{32,}$/,
      'it has 32 characters of 0-9 and a-f (your app at api.slack.com, Basic Information).',
    );
  else if (mode !== undefined)
    demand(
      'SLACK_APP_TOKEN',
      appToken,
      /^xapp-/,
      'the app-level token begins with xapp- and has the scope connections:write (your app at api.slack.com, Basic Information).',
    );
  if (problems.length > 0) return { ok: false, tokens: true, problems };
  const v = values as Shapes;
  return {
    ok: true,
    warnings,
    settings: {
      slack: {
        botToken: botToken!,
        apiUrl: v.SLACK_API_URL,
        receiver:
          mode === 'http'
            ? {
                kind: 'http',
                signingSecret: signingSecret!,
                path: v.STAUNCH_HTTP_PATH,
                address: { host: v.STAUNCH_HTTP_HOST, port: v.STAUNCH_HTTP_PORT },
              }
            : { kind: 'socket', appToken: appToken! },
      },
      configFile: v.STAUNCH_CONFIG,
      stateFolder: stateFolder(environment),
      ...(databaseUrl !== undefined && { databaseUrl }),
      ...(v.STAUNCH_STATUS_PORT !== 'off' && {
        status: { host: v.STAUNCH_STATUS_HOST, port: v.STAUNCH_STATUS_PORT },
      }),
      logLevel: v.STAUNCH_LOG_LEVEL,
      watch: v.STAUNCH_WATCH === 'on',
      retention: { evidenceDays: v.STAUNCH_KEEP_EVIDENCE_DAYS, incidentDays: v.STAUNCH_KEEP_INCIDENTS_DAYS },
    },
  };
}

/** The secrets among the settings, for the log to hide. */
export function secretsOf({ slack: { botToken, receiver }, databaseUrl }: Settings): readonly string[] {
  const ofDatabase = databaseUrl === undefined ? [] : addressSecrets(databaseUrl);
  return [botToken, receiver.kind === 'socket' ? receiver.appToken : receiver.signingSecret, ...ofDatabase];
}

/** Where the state is, for commands that need no other setting: a database's address or a folder. */
export function statePlace(
  environment: NodeJS.ProcessEnv,
): { readonly ok: true; readonly place: string } | { readonly ok: false; readonly problem: string } {
  const problems: string[] = [];
  const databaseUrl = databaseUrlOf(environment, { problems, warnings: [] });
  if (problems.length > 0) return { ok: false, problem: problems.join(' ') };
  return { ok: true, place: databaseUrl ?? stateFolder(environment) };
}

/** A password may be in it: it is never shown. */
function databaseUrlOf(environment: NodeJS.ProcessEnv, say: Saying): string | undefined {
  const address = secretOf(environment, 'STAUNCH_DATABASE_URL', say) || undefined;
  if (address === undefined || isReadableAddress(address)) return address;
  say.problems.push(
    'STAUNCH_DATABASE_URL cannot be read: expected postgres://USER:PASSWORD@HOST:5432/DATABASE, with special ' +
      'characters of the password percent-encoded (@ is %40).',
  );
  return undefined;
}

interface Saying {
  readonly problems: string[];
  readonly warnings: string[];
}

const OTHERS_MAY_READ = 0o044;

/** A variable, or the content of the file that its `_FILE` sibling names. */
function secretOf(environment: NodeJS.ProcessEnv, name: string, say: Saying): string | undefined {
  const file = environment[`${name}_FILE`];
  if (!file) return environment[name];
  if (environment[name]) {
    say.problems.push(`${name} and ${name}_FILE are both set: keep one of them.`);
    return undefined;
  }
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text === '') say.problems.push(`${name}_FILE names ${file}, which is empty.`);
    const mode = statSync(file).mode & 0o777;
    // Nobody but the service gets into the folder of its systemd credentials, whatever the files' mode.
    const sealed = environment.CREDENTIALS_DIRECTORY === dirname(file);
    if (!sealed && (mode & OTHERS_MAY_READ) !== 0)
      say.warnings.push(
        `${file} (${name}_FILE) can be read by others (mode ${mode.toString(8).padStart(4, '0')}). Try: chmod 600 ${file}`,
      );
    return text === '' ? undefined : text;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say.problems.push(`${name}_FILE names ${file}, which cannot be read: ${reason}`);
    return undefined;
  }
}
