import type { Registry } from '../../src/inventory/registry.ts';
import { problemText } from '../../src/inventory/registry-problem.ts';
import type { RegistryStore } from '../../src/inventory/registry-store.ts';
import { ROLES } from '../../src/policy/access.ts';
import { CheckLines } from './check-lines.ts';
import { EXIT, type TerminalContext } from './context.ts';
import { checkIds } from './slack-ids.ts';
import { checkSamples } from './slack-messages.ts';
import { reasonWords, type SlackIdentity, type SlackProbe, type SlackSample } from './slack-probe-port.ts';
import { checkScopes } from './slack-scopes.ts';

/** What the environment holds for Slack, by kind and never by value. */
export type SlackEnvironment =
  | { readonly state: 'empty' }
  | {
      readonly state: 'wrong';
      readonly variables: readonly SlackVariable[];
      /** One sentence per variable that is wrong: what it should be, where it comes from. */
      readonly problems: readonly string[];
    }
  | {
      readonly state: 'usable';
      readonly variables: readonly SlackVariable[];
      /** Sentences about what works and should not stay so: a token that others may read. */
      readonly warnings: readonly string[];
      readonly mode: 'socket' | 'http';
      /** The variable and address of a proxy, without its password. */
      readonly proxy?: string;
      /** Where the Web API is, when it is not Slack's own. */
      readonly foreignApi?: string;
    };

export interface SlackVariable {
  readonly name: string;
  /** `a bot token (xoxb-)` */
  readonly holds: string;
}

/** Whether Slack's requests can be listened for. `staunch`: something there refuses what Slack did not sign. */
export type ListenState =
  | { readonly state: 'free' | 'staunch'; readonly at: string }
  | { readonly state: 'taken' | 'impossible'; readonly at: string; readonly detail: string };

export interface SlackDoctorContext extends Pick<TerminalContext, 'write' | 'cancel'> {
  readonly environment: SlackEnvironment;
  readonly registry: Pick<RegistryStore, 'file' | 'read'>;
  /** The bot scopes of manifest.yml. */
  readonly declaredScopes: readonly string[];
  /** Absent while the environment is not usable. */
  readonly probe?: SlackProbe;
  /** Where Slack comes to us over HTTP. */
  listening?(): Promise<ListenState>;
  /** Everything that Staunch sends; undefined where there are no recordings to make it of. */
  samples(): Promise<readonly SlackSample[] | undefined>;
}

export interface SlackDoctorOptions {
  /** Id (`T…`) of the workspace that the tokens must be of. */
  readonly workspace?: string;
}

const CLOCK_NOTE_MS = 30_000;
const CLOCK_WRONG_MS = 120_000;

/**
 * `staunch doctor --slack`: checks the Slack side, from the variables to every message that Staunch sends.
 * Posts nothing and changes nothing; a socket is open for a moment.
 */
export async function doctorSlack(options: SlackDoctorOptions, context: SlackDoctorContext): Promise<number> {
  const lines = new CheckLines(context.write);
  const { environment, probe } = context;
  if (environment.state === 'empty') {
    lines.wrong(
      'no Slack token is set, neither in the environment nor in .env. docs/slack.md says where each comes from; without any, npm start is practice mode',
      EXIT.usage,
    );
    return lines.worst;
  }
  if (environment.state === 'wrong') {
    for (const { name, holds } of environment.variables) lines.note(`${name}: ${holds}`);
    for (const problem of environment.problems) lines.wrong(problem, EXIT.usage);
    return lines.worst;
  }
  for (const { name, holds } of environment.variables) lines.ok(`${name}: ${holds}`);
  lines.ok(`STAUNCH_SLACK_MODE: ${environment.mode}`);
  for (const warning of environment.warnings) lines.note(warning);
  if (environment.proxy !== undefined) lines.note(`proxy: ${environment.proxy}`);
  if (environment.foreignApi !== undefined)
    lines.note(`SLACK_API_URL: ${environment.foreignApi}, which is not slack.com`);
  if (!probe) return lines.worst;

  const identity = await checkIdentity(options, probe, lines);
  if (context.cancel.aborted) return EXIT.stopped;
  if (identity) {
    checkScopes(context.declaredScopes, identity.scopes, lines);
    checkClock(identity, lines);
  }
  if (environment.mode === 'socket') await checkConnection(identity, probe, lines);
  else if (context.listening) tellListening(await context.listening(), lines);
  const registry = await registryOf(context, lines);
  if (registry) checkRequesters(registry, context.registry.file, lines);
  if (!identity || context.cancel.aborted) return context.cancel.aborted ? EXIT.stopped : lines.worst;

  if (registry) await checkIds(registry, { identity, probe, lines, cancel: context.cancel });
  if (context.cancel.aborted) return EXIT.stopped;
  await checkSamples(await context.samples(), { probe, lines, cancel: context.cancel });
  return context.cancel.aborted ? EXIT.stopped : lines.worst;
}

/** Slack's words for why a token is not accepted, in ours. */
const TOKEN_REFUSED: Readonly<Record<string, string>> = {
  invalid_auth: 'it is mistyped, or from another Slack (SLACK_API_URL)',
  not_authed: 'it did not arrive; a proxy may take the header Authorization away',
  account_inactive: 'the app was removed from the workspace. Install it again and take the new token',
  token_revoked: 'it was revoked. Install the app again and take the new token',
  token_expired: 'it has expired. Turn token rotation off in the app, which manifest.yml does',
  not_allowed_token_type:
    'it is of another kind: the bot token begins with xoxb-, the app-level token with xapp-',
  missing_scope: 'the app-level token lacks connections:write. Make a new one under Basic Information',
  forbidden_team:
    'Socket Mode is off for this app, or not allowed in the workspace. Switch it on under Socket Mode',
  link_disabled: 'Socket Mode is off for this app. Switch it on at api.slack.com, Socket Mode',
  too_many_websockets: 'ten connections of this app are open already. Stop the others',
};

function refusedWords(answer: { readonly refused: boolean; readonly reason: string }): string {
  const known = answer.refused ? TOKEN_REFUSED[answer.reason] : undefined;
  return known === undefined ? reasonWords(answer) : `${known} (${answer.reason})`;
}

async function checkIdentity(
  { workspace }: SlackDoctorOptions,
  probe: SlackProbe,
  lines: CheckLines,
): Promise<SlackIdentity | undefined> {
  const answer = await probe.identity();
  if (!answer.ok) {
    const whose = answer.refused
      ? 'Slack does not accept SLACK_BOT_TOKEN'
      : 'Slack cannot be reached; check the network, HTTPS_PROXY and a firewall';
    lines.wrong(`${whose}: ${refusedWords(answer)}`, EXIT.unreachable);
    return undefined;
  }
  const { team, teamId, name, isOrganisation } = answer.value;
  const text = `workspace ${team} (${teamId}), in which the app is called @${name}`;
  if (isOrganisation)
    lines.wrong(
      `${text}: installed for a whole organisation, and Staunch serves one workspace. Install it in that workspace alone`,
    );
  else if (workspace !== undefined && workspace !== teamId)
    lines.wrong(`${text}: expected was ${workspace}. Take the tokens of the app in that workspace`);
  else lines.ok(text);
  return answer.value;
}

function checkClock({ clock }: SlackIdentity, lines: CheckLines): void {
  if (!clock) {
    lines.note("clock: could not be compared, because Slack's answer had no date");
    return;
  }
  const seconds = (ms: number) => `${(Math.abs(ms) / 1000).toFixed(1)} s`;
  const text = `clock: ${seconds(clock.aheadMs)} ${clock.aheadMs < 0 ? 'behind' : 'ahead of'} Slack's (± ${seconds(clock.errorMs)})`;
  const off = Math.abs(clock.aheadMs) - clock.errorMs;
  const remedy = 'Let it be set by NTP: timedatectl set-ntp true';
  if (off > CLOCK_WRONG_MS)
    lines.wrong(
      `${text}. Over HTTP Slack's requests are refused beyond 300 s, and "the last 2 hours" are not those of your servers. ${remedy}`,
    );
  else if (off > CLOCK_NOTE_MS) lines.note(`${text}. ${remedy}`);
  else lines.ok(text);
}

async function checkConnection(
  identity: SlackIdentity | undefined,
  probe: SlackProbe,
  lines: CheckLines,
): Promise<void> {
  const answer = await probe.connection();
  if (!answer.ok) {
    const what = answer.refused
      ? 'Socket Mode: Slack does not accept SLACK_APP_TOKEN'
      : 'Socket Mode: no connection; a firewall or proxy must let WebSockets (wss) through';
    lines.wrong(`${what}: ${refusedWords(answer)}`, EXIT.unreachable);
    return;
  }
  const { appId, connections } = answer.value;
  const bot = identity && (await probe.user(identity.botUserId));
  const botApp = bot?.ok ? bot.value.appId : undefined;
  if (appId !== undefined && botApp !== undefined && appId !== botApp) {
    lines.wrong(
      `Socket Mode: SLACK_APP_TOKEN is of the app ${appId} and SLACK_BOT_TOKEN of ${botApp}. Take both from one app`,
      EXIT.usage,
    );
    return;
  }
  const others = (connections ?? 1) - 1;
  const open =
    others > 0 ? `; ${others} more ${others === 1 ? 'is' : 'are'} open, so Staunch is running` : '';
  lines.ok(`Socket Mode: a connection was opened and closed again${open}`);
}

function tellListening(listening: ListenState, lines: CheckLines): void {
  switch (listening.state) {
    case 'free':
      lines.ok(`HTTP: ${listening.at} is free for Staunch to listen on`);
      return;
    case 'staunch':
      lines.ok(`HTTP: ${listening.at} is listened on, and refuses what Slack did not sign`);
      return;
    default:
      lines.wrong(
        `HTTP: ${listening.at} cannot be listened on: ${listening.detail}. Correct STAUNCH_HTTP_HOST or STAUNCH_HTTP_PORT`,
        EXIT.failed,
      );
  }
}

async function registryOf(context: SlackDoctorContext, lines: CheckLines): Promise<Registry | undefined> {
  const stored = await context.registry.read();
  if (stored.ok) return stored.registry;
  for (const problem of stored.problems) lines.wrong(problemText(problem), EXIT.usage);
  return undefined;
}

/** Roles that are allowed to ask for a diagnosis. */
const ASKING = ROLES.slice(ROLES.indexOf('requester'));

function checkRequesters({ access, services }: Registry, file: string, lines: CheckLines): void {
  const without = [...services.values()].filter(({ team }) => {
    const scopes = [
      access.roles,
      ...(team === undefined ? [] : [access.teams.get(team)?.roles ?? new Map()]),
    ];
    return !scopes.some(roles => ASKING.some(role => (roles.get(role) ?? []).length > 0));
  });
  const remedy = `Name people or user groups under slack.roles.requester in ${file}`;
  if (services.size === 0)
    lines.wrong(`${file}: no service is registered, so there is nothing to ask for`, EXIT.usage);
  else if (without.length === services.size)
    lines.wrong(`${file}: nobody may ask for a diagnosis. ${remedy}`, EXIT.usage);
  else if (without.length > 0)
    lines.wrong(
      `${file}: nobody may ask for a diagnosis of ${without.map(({ id }) => id).join(', ')}. ${remedy}`,
      EXIT.usage,
    );
  else lines.ok(`${file}: somebody may ask for a diagnosis of every service`);
}
