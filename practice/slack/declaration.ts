import { z } from 'zod';
import { type Problem, problemsOf } from './blocks/problem.ts';
import type { AppDeclaration } from './workspace.ts';

/** A manifest as far as the app may use Slack, or each thing that Slack would refuse about it. */
export type DeclarationReading =
  | { readonly ok: true; readonly app: AppDeclaration }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Slack's own default colour of an app. */
const DEFAULT_COLOR = '#2c2d30';

const short = (most: number) => z.string().min(1).max(most);
const address = z.url({ protocol: /^https?$/ }).optional();

// Names, lengths and required fields: docs.slack.dev/reference/app-manifest. Parts that the practice Slack does
// not practise are let through as they are.
const manifestShape = z.strictObject({
  _metadata: z
    .strictObject({ major_version: z.int().optional(), minor_version: z.int().optional() })
    .optional(),
  display_information: z.strictObject({
    name: short(35),
    description: short(140).optional(),
    long_description: z.string().min(174).max(4_000).optional(),
    background_color: z
      .string()
      .regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i)
      .optional(),
  }),
  features: z
    .strictObject({
      app_home: z
        .strictObject({
          home_tab_enabled: z.boolean().optional(),
          messages_tab_enabled: z.boolean().optional(),
          messages_tab_read_only_enabled: z.boolean().optional(),
        })
        .optional(),
      bot_user: z.strictObject({ display_name: short(80), always_online: z.boolean().optional() }).optional(),
      slash_commands: z
        .array(
          z.strictObject({
            command: short(32).regex(/^\/[^\s/]+$/),
            description: short(2_000),
            usage_hint: short(1_000).optional(),
            should_escape: z.boolean().optional(),
            url: address,
          }),
        )
        .min(1)
        .max(50)
        .optional(),
      shortcuts: z
        .array(
          z.strictObject({
            name: short(24),
            type: z.enum(['message', 'global']),
            callback_id: short(255),
            description: short(150),
          }),
        )
        .min(1)
        .max(10)
        .optional(),
      unfurl_domains: z.array(z.string()).max(5).optional(),
      agent_view: z.unknown().optional(),
      assistant_view: z.unknown().optional(),
      rich_previews: z.unknown().optional(),
      search: z.unknown().optional(),
    })
    .optional(),
  oauth_config: z
    .strictObject({
      redirect_urls: z.array(z.string()).optional(),
      scopes: z
        .strictObject({
          bot: z.array(short(100)).max(255).optional(),
          user: z.array(short(100)).max(255).optional(),
          bot_optional: z.array(short(100)).optional(),
          user_optional: z.array(short(100)).optional(),
        })
        .optional(),
      pkce_enabled: z.boolean().optional(),
      token_management_enabled: z.boolean().optional(),
    })
    .optional(),
  settings: z
    .strictObject({
      allowed_ip_address_ranges: z.array(z.string()).max(10).optional(),
      event_subscriptions: z
        .strictObject({
          request_url: address,
          bot_events: z.array(z.string()).max(100).optional(),
          user_events: z.array(z.string()).max(100).optional(),
          metadata_subscriptions: z.unknown().optional(),
        })
        .optional(),
      incoming_webhooks: z.unknown().optional(),
      interactivity: z
        .strictObject({ is_enabled: z.boolean(), request_url: address, message_menu_options_url: address })
        .optional(),
      org_deploy_enabled: z.boolean().optional(),
      socket_mode_enabled: z.boolean().optional(),
      token_rotation_enabled: z.boolean().optional(),
      function_runtime: z.string().optional(),
    })
    .optional(),
  functions: z.unknown().optional(),
});

type Manifest = z.infer<typeof manifestShape>;

/** Events that need a scope of the bot: docs.slack.dev/reference/events. */
const SCOPE_OF_EVENT: Readonly<Record<string, string>> = {
  app_mention: 'app_mentions:read',
  reaction_added: 'reactions:read',
  'message.channels': 'channels:history',
  'message.groups': 'groups:history',
  'message.im': 'im:history',
  'message.mpim': 'mpim:history',
  member_joined_channel: 'channels:read',
  member_left_channel: 'channels:read',
};

/** Reads a parsed app manifest; unknown keys are refused, as Slack refuses them. */
export function readDeclaration(manifest: unknown): DeclarationReading {
  const read = manifestShape.safeParse(manifest);
  if (!read.success) return { ok: false, problems: problemsOf(manifestShape, manifest, '').map(said) };
  const problems = contradictions(read.data);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, app: declarationOf(read.data) };
}

function said({ pointer, message }: Problem): string {
  return `${pointer === '' ? 'the manifest' : pointer.slice(1).replaceAll('/', '.')}: ${message}`;
}

function declarationOf(manifest: Manifest): AppDeclaration {
  const { display_information: display, features, oauth_config: oauth, settings } = manifest;
  return {
    name: display.name,
    botName: features?.bot_user?.display_name ?? display.name,
    color: display.background_color ?? DEFAULT_COLOR,
    scopes: new Set(oauth?.scopes?.bot ?? []),
    commands: (features?.slash_commands ?? []).map(command => ({
      command: command.command,
      description: command.description,
      usageHint: command.usage_hint ?? '',
    })),
    shortcuts: (features?.shortcuts ?? []).map(shortcut => ({
      name: shortcut.name,
      type: shortcut.type,
      callbackId: shortcut.callback_id,
      description: shortcut.description,
    })),
    events: new Set(settings?.event_subscriptions?.bot_events ?? []),
    interactivity: settings?.interactivity?.is_enabled ?? false,
    homeTab: features?.app_home?.home_tab_enabled ?? false,
    messagesTab: !features?.app_home?.messages_tab_enabled
      ? 'off'
      : features.app_home.messages_tab_read_only_enabled
        ? 'read-only'
        : 'open',
    socketMode: settings?.socket_mode_enabled ?? false,
  };
}

/** What each part allows by itself and all together do not. */
function contradictions(manifest: Manifest): string[] {
  return [...scopeProblems(manifest), ...addressProblems(manifest), ...repeatedNames(manifest)];
}

function scopeProblems({ features, oauth_config: oauth, settings }: Manifest): string[] {
  const scopes = oauth?.scopes?.bot ?? [];
  const problems: string[] = [];
  const listed = 'list it under oauth_config.scopes.bot';
  if (scopes.length > 0 && features?.bot_user === undefined)
    problems.push('features.bot_user: an app with bot scopes needs one, with a display_name');
  if ((features?.slash_commands || features?.shortcuts) && !scopes.includes('commands'))
    problems.push(`features: commands and shortcuts need the scope commands; ${listed}`);
  for (const event of settings?.event_subscriptions?.bot_events ?? []) {
    const scope = SCOPE_OF_EVENT[event];
    if (scope !== undefined && !scopes.includes(scope))
      problems.push(`settings.event_subscriptions.bot_events: ${event} needs the scope ${scope}; ${listed}`);
  }
  return problems;
}

/** Without Socket Mode, Slack must know where to send each thing. */
function addressProblems({ features, settings }: Manifest): string[] {
  if (settings?.socket_mode_enabled) return [];
  const remedy = 'is missing; give one, or set settings.socket_mode_enabled';
  const problems = (features?.slash_commands ?? []).flatMap(({ command, url }, at) =>
    url === undefined ? [`features.slash_commands.${at}: the url of ${command} ${remedy}`] : [],
  );
  const { event_subscriptions: events, interactivity } = settings ?? {};
  if (events?.bot_events?.length && events.request_url === undefined)
    problems.push(`settings.event_subscriptions.request_url ${remedy}`);
  if (interactivity?.is_enabled && interactivity.request_url === undefined)
    problems.push(`settings.interactivity.request_url ${remedy}`);
  return problems;
}

function repeatedNames({ features }: Manifest): string[] {
  const twice = (names: readonly string[]) => names.filter((name, at) => names.indexOf(name) < at);
  const commands = twice((features?.slash_commands ?? []).map(({ command }) => command));
  const shortcuts = twice((features?.shortcuts ?? []).map(shortcut => shortcut.callback_id));
  return [
    ...commands.map(name => `features.slash_commands: ${name} is there twice`),
    ...shortcuts.map(name => `features.shortcuts: the callback_id ${name} is there twice`),
  ];
}
