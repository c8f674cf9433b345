import { z } from 'zod';
import { ROLES } from '../policy/access.ts';
import { NAME_FORM, NAME_PATTERN } from './name-form.ts';

/**
 * What `staunch.yml` says about chat: who may ask, where, and which team a service belongs to. People, groups,
 * channels and workspaces are written as Slack's ids: names change, ids do not, and only an id is proof.
 * Shape of the ids: https://docs.slack.dev/reference/objects
 */

const HOLDER_FORM = 'expected the ID of a person (U… or W…) or of a user group (S…)';
const CHANNEL_FORM = 'expected the ID of a channel (C… or G…)';
const WORKSPACE_FORM = 'expected the ID of a workspace (T…)';

const FIND_MEMBER = 'in Slack: profile, ⋮, Copy member ID';
const FIND_GROUP = 'in Slack: Directory, User groups, the group, ⋮, Copy group ID';
const FIND_CHANNEL = "in Slack: the channel's name at the top, About, Channel ID at the bottom";
const FIND_WORKSPACE = 'open Slack in a browser: it stands in the address, https://app.slack.com/client/T…';

/** How an id of each kind begins, and what it is of. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^[UW]/, 'a person'],
  [/^S/, 'a user group'],
  [/^[CG]/, 'a channel'],
  [/^D/, 'a direct message'],
  [/^T/, 'a workspace'],
  [/^[AB]/, 'an app'],
  [/^E/, 'a whole organisation'],
];
const ANY_ID = /^[A-Z][A-Z0-9]{3,30}$/;

/** What was probably meant by something that is not an id of the wanted kind, and where the id is found. */
function idHint(form: string, value: unknown, find: string): string {
  if (typeof value !== 'string') return `${form}; ${find}`;
  const shown = value.slice(0, 40);
  const bare = value.replace(/^<?[@#!]?(?:subteam\^)?|(?:\|[^>]*)?>?$/g, '');
  if (ANY_ID.test(value)) {
    const kind = KINDS.find(([begins]) => begins.test(value))?.[1] ?? 'something else';
    return `${form}, and this is the ID of ${kind}; ${find}`;
  }
  if (ANY_ID.test(bare)) return `${form}, without the signs around it: ${bare}`;
  if (ANY_ID.test(value.trim().toUpperCase())) return `${form}, in capitals and without spaces; ${find}`;
  if (/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value)) return `${form}; ${shown} is an e-mail address; ${find}`;
  if (value.startsWith('@')) return `${form}; ${shown} is a display name; ${find}`;
  if (value.startsWith('#')) return `${form}; ${shown} is a channel's name; ${find}`;
  return `${form}; ${find}`;
}

function idOf(pattern: RegExp, form: string, find: (value: unknown) => string) {
  const error = (issue: { readonly input?: unknown }) => idHint(form, issue.input, find(issue.input));
  return z.string({ error }).regex(pattern, { error });
}

const Holder = idOf(/^[UWS][A-Z0-9]{3,30}$/, HOLDER_FORM, value =>
  typeof value === 'string' && value.startsWith('@')
    ? `${FIND_MEMBER}; for a group: ${FIND_GROUP.replace('in Slack: ', '')}`
    : FIND_MEMBER,
);
const Channel = idOf(/^[CG][A-Z0-9]{3,30}$/, CHANNEL_FORM, () => FIND_CHANNEL);
/** A user group: what is pinged is a group whose members change, never everybody. */
export const UserGroup = idOf(/^S[A-Z0-9]{3,30}$/, 'expected the ID of a user group (S…)', () => FIND_GROUP);
const Workspace = idOf(/^T[A-Z0-9]{3,30}$/, WORKSPACE_FORM, () => FIND_WORKSPACE);

const HOLDERS_LIST = 'expected a list of people and user groups, e.g. [U012AB3CD, S0ONCALL]';
/** A list of people and user groups. */
export const Holders = z.array(Holder, HOLDERS_LIST);

const DUTIES = {
  viewer: 'May look at what was found.',
  requester: 'May also ask for a diagnosis.',
  approver: 'May also approve a change.',
  admin: 'May also administer Staunch.',
} as const;

const Roles = z.strictObject(
  {
    viewer: Holders.optional().describe(DUTIES.viewer),
    requester: Holders.optional().describe(DUTIES.requester),
    approver: Holders.optional().describe(DUTIES.approver),
    admin: Holders.optional().describe(DUTIES.admin),
  },
  `expected the roles ${ROLES.join(', ')}, each with a list of IDs`,
);
export type RolesEntry = z.infer<typeof Roles>;

/** One team as written under `teams`. */
export const TeamEntry = z.strictObject(
  { roles: Roles.describe('Who may do what about the services of this team, besides slack.roles.') },
  'expected the settings of a team, e.g. { roles: { requester: [S0PAYMENTS] } }',
);

/** The section `slack`. Nobody may do anything until `roles` names somebody. */
export const SlackSection = z.strictObject(
  {
    workspaces: z
      .array(Workspace, 'expected a list of workspaces, e.g. [T024BE7LD]')
      .optional()
      .describe("Workspaces besides the app's own whose people may ask; none when not said."),
    sharedChannels: z
      .array(Channel, 'expected a list of channels, e.g. [C0PARTNER1]')
      .optional()
      .describe(
        'Channels shared with other companies in which Staunch may speak all the same; none when not said. Services are spoken of there only when they name the channel.',
      ),
    auditChannel: Channel.optional().describe(
      'Channel in which the head of the audit is posted each day, to prove later that the audit was not changed; the log alone when not said. Staunch must be in it.',
    ),
    roles: Roles.nullish().describe('Who may do what about every service; nobody when not said.'),
  },
  'expected the fields workspaces, sharedChannels, auditChannel and roles, each of them optional',
);

const CHANNEL_LIST = 'expected a list of channels, e.g. [C0INCIDENTS]; leave the field out for any channel';

/** What a service says about chat. */
export const SERVICE_ACCESS_FIELDS = {
  team: z
    .string(NAME_FORM)
    .regex(NAME_PATTERN, NAME_FORM)
    .optional()
    .describe('The team whose roles count for this service too.'),
  channels: z
    .array(Channel, CHANNEL_LIST)
    .min(1, CHANNEL_LIST)
    .optional()
    .describe('The only channels the service is spoken of in; any channel that is not shared when not said.'),
};
