import type { Role } from './access.ts';
import type { Refusal } from './asking.ts';

/** Turns an id into what people call it (`#incidents`, `@ana`); undefined where that is not known. */
export type NameOf = (id: string) => string | undefined;

const MAY: Readonly<Record<Role, string>> = {
  viewer: 'look at what Staunch found',
  requester: 'ask for a diagnosis',
  approver: 'approve a change',
  admin: 'administer Staunch',
};

/**
 * Why, and what to do next: one or two plain sentences for the person, without markup and without a mention.
 * Ids stand in them where `nameOf` knows no name.
 */
export function refusalWords(refusal: Refusal, nameOf: NameOf = () => undefined): string {
  const named = (id: string) => nameOf(id) ?? id;
  switch (refusal.reason) {
    case 'unknown-person':
      return 'Slack did not tell who you are just now, and Staunch answers nobody it does not know. Try again in a minute; if it stays so, ask an admin of Staunch to run "staunch doctor --slack".';
    case 'bot':
      return 'Staunch answers people only, no bots and no workflows. Ask for it yourself.';
    case 'deactivated':
      return 'This account is deactivated in Slack, so Staunch does not answer it. Ask an admin of your workspace.';
    case 'guest':
      return 'Staunch answers full members of the workspace only, and your account is a guest. Ask a colleague who is a member to ask for it.';
    case 'stranger':
      return 'Slack shows your account as one from outside this workspace, and Staunch does not answer those. Ask somebody of this workspace to ask for it.';
    case 'other-workspace':
      return `Your account belongs to another workspace (${refusal.workspace}), and Staunch answers its own only. An admin of Staunch can allow that one under slack.workspaces in staunch.yml.`;
    case 'unknown-place':
      return 'Slack did not tell what kind of channel this is, and Staunch does not speak where outsiders may be reading. Invite Staunch to the channel and try again, or ask in a direct message with Staunch.';
    case 'group-message':
      return 'Staunch does not speak in group messages. Ask in a channel, or in a direct message with Staunch.';
    case 'shared-channel':
      return `This channel is shared with people outside the company, so Staunch says nothing here. Ask in a channel of your own; an admin of Staunch can allow this one (${refusal.channel}) under slack.sharedChannels in staunch.yml.`;
    case 'unknown-action':
      return 'This version of Staunch does not know what that button or command asks for. Type /diagnose-502 help to see what it can do.';
    case 'nobody-configured':
      return `Nobody may ${MAY[refusal.needed]}${refusal.team === undefined ? '' : ' here'} yet, because staunch.yml names nobody for it. Ask whoever runs Staunch to add you (${refusal.person}) ${roleField(refusal.needed, refusal.team)}.`;
    case 'groups-unknown':
      return `Slack did not tell which user groups you are in, and only they can show that you may ${MAY[refusal.needed]}. Try again in a minute; if it stays so, ask an admin of Staunch to add you by your own member ID.`;
    case 'role-missing':
      return `${lacking(refusal)} Ask an admin of Staunch to add you (${refusal.person}) ${roleField(refusal.needed, refusal.team)}${alternative(refusal.holders.map(nameOf))}.`;
    case 'service-elsewhere':
      return `${refusal.service} is spoken of only in ${listed(refusal.channels.map(named), 'and')}. Ask there, or in a direct message with Staunch.`;
    case 'service-not-shared':
      return `This channel is shared with people outside the company, and ${refusal.service} may not be spoken of here. Ask in a channel of your own; an admin of Staunch can add this one (${refusal.channel}) under services.${refusal.service}.channels in staunch.yml.`;
  }
}

function lacking(refusal: Extract<Refusal, { readonly reason: 'role-missing' }>): string {
  const about = refusal.service === undefined ? '' : ` of ${refusal.service}`;
  const wish = refusal.needed === 'requester' ? `${MAY.requester}${about}` : MAY[refusal.needed];
  const scope = refusal.needed === 'requester' || about === '' ? '' : ` for ${refusal.service}`;
  if (refusal.has === undefined) return `You have no role that lets you ${wish}${scope}.`;
  return `Your role is ${refusal.has}, and to ${wish}${scope} takes ${refusal.needed}.`;
}

function roleField(role: Role, team: string | undefined): string {
  const everywhere = `slack.roles.${role}`;
  return `under ${team === undefined ? everywhere : `teams.${team}.roles.${role} or ${everywhere}`} in staunch.yml`;
}

/** Whom to ask meanwhile; nothing where no name is known, because an id helps nobody. */
function alternative(names: readonly (string | undefined)[]): string {
  const known = names.filter(name => name !== undefined).slice(0, 3);
  return known.length === 0 ? '' : `, or ask ${listed(known, 'or')} to do it`;
}

function listed(words: readonly string[], and: 'and' | 'or'): string {
  const shown = words.length > 4 ? [...words.slice(0, 3), `${words.length - 3} more`] : words;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} ${and} ${shown.at(-1)}`;
}
