import type { PracticeFile, PracticeMessage, Workspace } from '../workspace.ts';

type Fields = Readonly<Record<string, unknown>>;

/** docs.slack.dev/reference/objects/message-object, for answers and for what the app is told. */
export function messageObject(workspace: Workspace, message: PracticeMessage): Fields {
  const { app, appId, botId, seed } = workspace;
  const own = message.botId !== undefined;
  return {
    type: 'message',
    user: message.user,
    ts: message.ts,
    text: message.text,
    team: seed.team.id,
    ...(own
      ? {
          bot_id: message.botId,
          app_id: appId,
          bot_profile: { id: botId, app_id: appId, name: app.botName, team_id: seed.team.id },
        }
      : {}),
    ...(message.blocks.length === 0 ? {} : { blocks: message.blocks }),
    ...(message.files.length === 0
      ? {}
      : { files: message.files.map(file => fileObject(workspace, file)), upload: true }),
    ...threadFields(workspace, message),
    ...(message.clientMsgId === undefined ? {} : { client_msg_id: message.clientMsgId }),
    ...(message.metadata === undefined ? {} : { metadata: message.metadata }),
    ...(message.editedTs === undefined ? {} : { edited: { user: message.user, ts: message.editedTs } }),
  };
}

function threadFields(workspace: Workspace, message: PracticeMessage): Fields {
  if (message.threadTs === undefined) return {};
  const root = workspace.messages.get(message.channel)?.find(({ ts }) => ts === message.threadTs);
  return {
    thread_ts: message.threadTs,
    ...(root === undefined ? {} : { parent_user_id: root.user }),
  };
}

/** docs.slack.dev/reference/objects/file-object, as far as an app that uploads reads it. */
export function fileObject(workspace: Workspace, file: PracticeFile): Fields {
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    alt_txt: file.altText,
    mimetype: file.mimetype,
    filetype: file.name.includes('.') ? file.name.split('.').at(-1) : '',
    size: file.bytes.byteLength,
    user: workspace.botUserId,
    user_team: workspace.seed.team.id,
    mode: 'hosted',
    is_external: false,
  };
}
