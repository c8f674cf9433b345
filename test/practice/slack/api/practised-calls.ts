import { callLimiter } from '../../../../practice/slack/api/call-limiter.ts';
import { callMethod } from '../../../../practice/slack/api/catalogue.ts';
import type { MethodAnswer, MethodCall } from '../../../../practice/slack/api/method.ts';
import { openWorkspace } from '../../../../practice/slack/live-workspace.ts';
import type {
  AppDeclaration,
  PracticeChannel,
  PracticeMessage,
  Workspace,
  WorkspaceSeed,
} from '../../../../practice/slack/workspace.ts';

/** A small workspace of one company, with a guest, a bot, a person who left and one of another company. */
const SEED: WorkspaceSeed = {
  team: { id: 'T1', name: 'Acme', domain: 'acme' },
  users: [
    { id: 'UANA', name: 'ana', realName: 'Ana Lima', teamId: 'T1', kind: 'member', tz: 'Europe/Lisbon' },
    { id: 'UGUS', name: 'gus', realName: 'Gus Guest', teamId: 'T1', kind: 'guest', tz: 'Asia/Kolkata' },
    { id: 'UBOT', name: 'pager', realName: 'Pager', teamId: 'T1', kind: 'bot', tz: 'Etc/UTC' },
    { id: 'UOLD', name: 'old', realName: 'Olga Old', teamId: 'T1', kind: 'deactivated', tz: 'Etc/UTC' },
    { id: 'UEXT', name: 'ext', realName: 'Eva Ext', teamId: 'T2', kind: 'stranger', tz: 'America/New_York' },
  ],
  channels: [
    channel('CINC', 'incidents', 'channel', true, ['UANA', 'UGUS']),
    channel('CRAND', 'random', 'channel', false, ['UANA']),
    channel('CSEC', 'security', 'private-channel', true, ['UANA']),
    channel('CHID', 'hidden', 'private-channel', false, ['UANA']),
    channel('CEXT', 'with-partner', 'shared-channel', true, ['UANA', 'UEXT']),
    channel('DANA', '', 'direct-message', true, ['UANA', 'U0PRACTICEBOT']),
    channel('GMPIM', 'mpdm', 'group-message', true, ['UANA', 'UOLD']),
  ],
  userGroups: [{ id: 'SOPS', handle: 'ops', name: 'Operations', users: ['UANA', 'UOLD'] }],
};

function channel(
  id: string,
  name: string,
  kind: PracticeChannel['kind'],
  botIsMember: boolean,
  members: readonly string[],
): PracticeChannel {
  return { id, name, kind, topic: '', botIsMember, members };
}

const APP: AppDeclaration = {
  name: 'Staunch',
  botName: 'staunch',
  color: '#000000',
  scopes: new Set([
    'commands',
    'chat:write',
    'files:write',
    'users:read',
    'usergroups:read',
    'channels:read',
    'groups:read',
  ]),
  commands: [],
  shortcuts: [],
  events: new Set(),
  interactivity: true,
  homeTab: true,
  messagesTab: 'open',
  socketMode: true,
};

/** A workspace with its own clock, and a way to call its methods. */
export interface Practised {
  readonly workspace: Workspace;
  call(name: string, args?: MethodCall['args'], token?: MethodCall['token']): MethodAnswer;
  pass(ms: number): void;
  messages(channel?: string): readonly PracticeMessage[];
  trigger(id: string, forMs?: number): void;
}

export function practised(declared: Partial<AppDeclaration> = {}): Practised {
  let nowMs = 1_700_000_000_000;
  const workspace = openWorkspace(SEED, { ...APP, ...declared }, { nowMs: () => nowMs, changed: () => {} });
  const limiter = callLimiter(() => nowMs);
  const openSocket = () => 'ws://127.0.0.1:1/socket';
  return {
    workspace,
    call: (name, args = {}, token = 'bot') =>
      callMethod(name, { args, token, origin: 'http://127.0.0.1:1', openSocket }, workspace, limiter),
    pass: ms => {
      nowMs += ms;
    },
    messages: (id = 'CINC') => workspace.messages.get(id) ?? [],
    trigger: (id, forMs = 3_000) => {
      workspace.triggers.set(id, { user: 'UANA', expiresAtMs: nowMs + forMs });
    },
  };
}

/** Adds a person's message to #incidents and gives its `ts`. */
export function said(workspace: Workspace, text: string, parts: Partial<PracticeMessage> = {}): string {
  const ts = workspace.nextTs();
  const message = { ts, channel: 'CINC', user: 'UANA', text, blocks: [], files: [], ...parts };
  workspace.messages.set('CINC', [...(workspace.messages.get('CINC') ?? []), message]);
  return ts;
}
