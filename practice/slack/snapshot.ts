import { stackOf } from './api/view-stack.ts';
import type { Notices } from './notices.ts';
import type { Snapshot, SnapshotMessage } from './page-protocol.ts';
import type { PracticeMessage, Workspace } from './workspace.ts';

/** Most messages of a channel that the page is told of: the newest ones. */
const SHOWN_MESSAGES = 400;

/** True when this person may see the message. */
export function isVisible(message: PracticeMessage, as: string): boolean {
  return message.deleted !== true && (message.ephemeralFor === undefined || message.ephemeralFor === as);
}

/** All that a person sees of the workspace. */
export function snapshotFor(workspace: Workspace, notices: Notices, as: string): Snapshot {
  const { app, botUserId, seed } = workspace;
  const channels = [...workspace.channels.values()].filter(channel => channel.members.includes(as));
  const messages = channels.flatMap(({ id }) =>
    (workspace.messages.get(id) ?? []).filter(message => isVisible(message, as)).slice(-SHOWN_MESSAGES),
  );
  const home = workspace.homes.get(as);
  return {
    me: as,
    team: { name: seed.team.name },
    app: {
      name: app.name,
      botName: app.botName,
      color: app.color,
      commands: app.commands,
      shortcuts: app.shortcuts,
      homeTab: app.homeTab,
      messagesTab: app.messagesTab,
      botUserId,
    },
    users: [...workspace.users.values()],
    channels,
    messages: messages.map(message => shown(workspace, message)),
    modals: stackOf(workspace, as),
    ...(home === undefined ? {} : { home }),
    notices: notices.list,
  };
}

function shown(workspace: Workspace, message: PracticeMessage): SnapshotMessage {
  return {
    ts: message.ts,
    channel: message.channel,
    user: message.user,
    isApp: message.botId === workspace.botId,
    ...(message.threadTs === undefined ? {} : { threadTs: message.threadTs }),
    ephemeral: message.ephemeralFor !== undefined,
    text: message.text,
    blocks: message.blocks,
    files: message.files.map(({ id, name, title, altText, mimetype }) => ({
      id,
      name,
      title,
      altText,
      mimetype,
    })),
    edited: message.editedTs !== undefined,
    reactions: Object.entries(message.reactions ?? {}).map(([name, users]) => ({
      name,
      count: users.length,
    })),
  };
}
