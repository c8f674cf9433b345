import { describe, expect, it } from 'vitest';
import { doctorSlack, type SlackDoctorContext } from '../../../handlers/terminal/doctor-slack.ts';
import type {
  SlackAnswer,
  SlackChannel,
  SlackGroup,
  SlackProbe,
  SlackUser,
} from '../../../handlers/terminal/slack-probe-port.ts';
import { registryInMemory } from './server-terminal.ts';

const SCOPES = ['commands', 'chat:write'];
const good = <T>(value: T): SlackAnswer<T> => ({ ok: true, value });
const refused = (reason: string) => ({ ok: false, refused: true, reason }) as const;
const silent = { ok: false, refused: false, reason: 'read ECONNRESET' } as const;

const IDENTITY = {
  team: 'Acme',
  teamId: 'T0ACME',
  name: 'staunch',
  botUserId: 'U0BOT',
  isOrganisation: false,
  scopes: SCOPES,
  clock: { aheadMs: 100, errorMs: 600 },
};
const ANA: SlackUser = { name: 'Ana', kind: 'member', workspace: 'T0ACME' };
const ROOM: SlackChannel = { name: 'inc', kind: 'channel', appIsMember: true, isArchived: false };
const GROUPS = new Map<string, SlackGroup>([['S0OPS', { handle: 'ops', members: 2, isDisabled: false }]]);

const registry = (access: string, service = '') =>
  `servers:\n  web-1: { host: 10.0.0.5, user: ops }\nservices:\n  checkout: { unit: checkout.service, servers: [web-1]${service} }\n${access}`;
const ASKERS = 'slack: { roles: { requester: [U0ANA] } }\n';

interface Told {
  readonly exit: number;
  readonly out: string;
}

async function told(
  text: string,
  probe: Partial<SlackProbe> = {},
  context: Partial<SlackDoctorContext> = {},
): Promise<Told> {
  let out = '';
  const exit = await doctorSlack(
    {},
    {
      write: line => {
        out += line;
      },
      cancel: new AbortController().signal,
      environment: { state: 'usable', variables: [], warnings: [], mode: 'socket' },
      registry: registryInMemory(text),
      declaredScopes: SCOPES,
      probe: {
        identity: async () => good(IDENTITY),
        connection: async () => good({}),
        user: async () => good(ANA),
        groups: async () => good(GROUPS),
        channel: async () => good(ROOM),
        validate: async () => good([]),
        ...probe,
      },
      samples: async () => [{ name: 'help', kind: 'message', payload: {} }],
      ...context,
    },
  );
  return { exit, out };
}

const userIs = (change: Partial<SlackUser>) => ({ user: async () => good({ ...ANA, ...change }) });
const roomIs = (change: Partial<SlackChannel>) => ({ channel: async () => good({ ...ROOM, ...change }) });

describe('staunch doctor --slack, line by line', () => {
  it.each<[what: string, text: string, probe: Partial<SlackProbe>, exit: number, line: string]>([
    ['nobody is configured', registry(''), {}, 2, 'WRONG  staunch.yml: nobody may ask for a diagnosis.'],
    [
      'viewers alone are configured',
      registry('slack: { roles: { viewer: [U0ANA] } }\n'),
      {},
      2,
      'nobody may ask for a diagnosis.',
    ],
    [
      'the roles of a team count for its services',
      registry('teams: { shop: { roles: { approver: [U0ANA] } } }\n', ', team: shop'),
      {},
      0,
      'somebody may ask for a diagnosis of every service',
    ],
    [
      'the roles of a team count for no other service',
      registry(
        'teams: { shop: { roles: { approver: [U0ANA] } } }\n',
        ', team: shop }\n  cart: { unit: cart.service, servers: [web-1]',
      ),
      {},
      2,
      'nobody may ask for a diagnosis of cart.',
    ],
    ['staunch.yml is broken', 'services: 7\n', {}, 2, 'WRONG  staunch.yml:1:'],
    [
      'the app is installed for an organisation',
      registry(ASKERS),
      { identity: async () => good({ ...IDENTITY, isOrganisation: true }) },
      3,
      'installed for a whole organisation, and Staunch serves one workspace.',
    ],
    [
      'Slack does not answer',
      registry(ASKERS),
      { identity: async () => silent },
      4,
      'WRONG  Slack cannot be reached; check the network, HTTPS_PROXY and a firewall: read ECONNRESET\n',
    ],
    [
      'there are ten connections already',
      registry(ASKERS),
      { connection: async () => refused('too_many_websockets') },
      4,
      'ten connections of this app are open already. Stop the others (too_many_websockets)\n',
    ],
    [
      'Slack has a word that we do not know',
      registry(ASKERS),
      { connection: async () => refused('new_word') },
      4,
      'SLACK_APP_TOKEN: Slack refused it: new_word\n',
    ],
    ['a bot has a role', registry(ASKERS), userIs({ kind: 'bot' }), 3, 'Ana is a bot, and bots are refused.'],
    [
      'a stranger has a role',
      registry(ASKERS),
      userIs({ kind: 'stranger' }),
      3,
      'is from outside this workspace',
    ],
    [
      'a kind is not told',
      registry(ASKERS),
      userIs({ kind: 'unknown' }),
      0,
      'note   U0ANA (slack.roles.requester)',
    ],
    [
      'somebody is of another workspace',
      registry(ASKERS),
      userIs({ workspace: 'T0OTHER' }),
      3,
      'Ana belongs to the workspace T0OTHER, and is refused unless slack.workspaces names it\n',
    ],
    [
      'somebody is of a workspace that is allowed',
      registry('slack: { workspaces: [T0OTHER, T0ACME], roles: { requester: [U0ANA] } }\n'),
      userIs({ workspace: 'T0OTHER' }),
      0,
      "note   T0ACME (slack.workspaces) is the app's own workspace, which is always allowed\n",
    ],
    [
      'a group is switched off',
      registry('slack: { roles: { requester: [S0OPS] } }\n'),
      { groups: async () => good(new Map([['S0OPS', { handle: 'ops', members: 0, isDisabled: true }]])) },
      3,
      '@ops is switched off, so nobody has the role through it\n',
    ],
    [
      'a group that warnings ping is empty',
      registry(`${ASKERS}warnings: { ping: S0OPS }\n`),
      { groups: async () => good(new Map([['S0OPS', { handle: 'ops', members: 0, isDisabled: false }]])) },
      3,
      'S0OPS (warnings.ping): @ops is empty, so nobody is pinged\n',
    ],
    [
      'a lookup breaks',
      registry(ASKERS),
      { user: async () => silent },
      4,
      'could not be looked up: read ECONNRESET. Try',
    ],
    [
      'a channel is archived',
      registry(ASKERS, ', channels: [C0INC]'),
      roomIs({ isArchived: true }),
      3,
      '#inc is archived',
    ],
    [
      'a channel is none',
      registry(ASKERS, ', channels: [C0INC]'),
      roomIs({ kind: 'group-message' }),
      3,
      'is no channel, and Staunch does not speak there\n',
    ],
    [
      'a shared channel is allowed',
      registry('slack: { sharedChannels: [C0INC], roles: { requester: [U0ANA] } }\n', ', channels: [C0INC]'),
      roomIs({ kind: 'shared-channel' }),
      0,
      'note   C0INC (services.checkout.channels, slack.sharedChannels): #inc is shared with another company, and slack.sharedChannels allows it\n',
    ],
    [
      'a channel is allowed as shared and is not',
      registry('slack: { sharedChannels: [C0INC], roles: { requester: [U0ANA] } }\n'),
      {},
      0,
      '#inc is not shared; slack.sharedChannels need not name it\n',
    ],
    [
      'the channel of the audit is looked up too',
      registry('slack: { auditChannel: C0INC, roles: { requester: [U0ANA] } }\n'),
      roomIs({ appIsMember: false }),
      3,
      'C0INC (slack.auditChannel): #inc: Staunch is not in it. Type there: /invite @',
    ],
    [
      'a message would be refused',
      registry(ASKERS),
      { validate: async () => good(['/blocks/0 must be shorter', 'b', 'c', 'd']) },
      3,
      'WRONG  message "help" would be refused: /blocks/0 must be shorter; b; c. This is a mistake of Staunch',
    ],
    [
      'the connection breaks while messages are checked',
      registry(ASKERS),
      { validate: async () => silent },
      4,
      'WRONG  messages: read ECONNRESET; 0 of 1 messages and views were checked. Try again\n',
    ],
  ])('when %s', async (_, text, probe, exit, line) => {
    const found = await told(text, probe);
    expect(found.out).toContain(line);
    expect(found.exit).toBe(exit);
  });

  it('says what it could not check for lack of recordings', async () => {
    const { exit, out } = await told(registry(ASKERS), {}, { samples: async () => undefined });
    expect(out).toContain('note   messages: could not be checked, because practice/recordings is not here');
    expect(exit).toBe(0);
  });

  it('tells warnings about variables that work all the same', async () => {
    const environment = {
      state: 'usable',
      variables: [{ name: 'SLACK_BOT_TOKEN', holds: 'a bot token (xoxb-)' }],
      warnings: ['/run/token can be read by others.'],
      mode: 'http',
    } as const;
    const listening = async () => ({ state: 'staunch', at: 'http://127.0.0.1:3000/slack/events' }) as const;
    const { exit, out } = await told(registry(ASKERS), {}, { environment, listening });
    expect(out).toContain(
      'ok     SLACK_BOT_TOKEN: a bot token (xoxb-)\nok     STAUNCH_SLACK_MODE: http\nnote   /run/token can',
    );
    expect(out).toContain('is listened on, and refuses what Slack did not sign\n');
    expect(exit).toBe(0);
  });

  it('asks nothing of Slack without a token', async () => {
    const { exit, out } = await told(registry(ASKERS), {}, { environment: { state: 'empty' } });
    expect(exit).toBe(2);
    expect(out).toMatch(/^WRONG {2}no Slack token is set, .*\n$/);
  });
});
