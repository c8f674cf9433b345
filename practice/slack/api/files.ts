import { LIMITS } from '../blocks/limits.ts';
import type { PracticeFile, Workspace } from '../workspace.ts';
import { invalidArguments, isRefusal, missingArgument, refusal } from './answer.ts';
import { countOf, given, textOf } from './arguments.ts';
import { TIER } from './call-limiter.ts';
import { postableChannel, threadOf } from './channel-access.ts';
import { keep } from './chat-post.ts';
import { blocksOf } from './message-content.ts';
import { fileObject } from './message-object.ts';
import type { ApiMethod, MethodCall, MethodError } from './method.ts';

/** docs.slack.dev/reference/methods/files.getUploadURLExternal: `alt_txt_too_large` above, in characters. */
const LONGEST_ALT_TEXT = 1_000;

/** Media types by the end of the name; the rest is bytes. */
const MEDIA_TYPE: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  txt: 'text/plain',
  log: 'text/plain',
  json: 'application/json',
};

/** The path below the origin that takes the bytes of an upload. */
export const UPLOAD_PATH = '/upload/v1/';

/**
 * files.getUploadURLExternal. The argument is `alt_txt`; the `alt_text` that web-api's filesUploadV2 sends is
 * not among Slack's and is ignored, as any unknown argument is.
 */
export const getUploadUrl: ApiMethod = {
  name: 'files.getUploadURLExternal',
  scopes: ['files:write'],
  token: 'bot',
  limit: TIER.four,
  run({ args, origin }, workspace) {
    const filename = textOf(args, 'filename');
    if (filename === undefined) return missingArgument('filename');
    if (!given(args, 'length')) return missingArgument('length');
    const lengthBytes = countOf(args, 'length');
    if (lengthBytes === undefined) return invalidArguments('must provide a number [json-pointer:/length]');
    if (lengthBytes === 0) return refusal('missing_argument');
    const altText = textOf(args, 'alt_txt') ?? '';
    if (altText.length > LONGEST_ALT_TEXT) return refusal('alt_txt_too_large');
    const id = workspace.nextId('F');
    workspace.files.set(id, {
      id,
      name: filename,
      title: filename,
      altText,
      mimetype: MEDIA_TYPE[filename.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream',
      bytes: new Uint8Array(),
      complete: false,
    });
    return { ok: true, upload_url: `${origin}${UPLOAD_PATH}${id}`, file_id: id };
  },
};

/**
 * files.completeUploadExternal: shares the files as one message of the app. What Slack answers to a second
 * completion is not documented; here the upload's ticket is used up then: `file_not_found`.
 */
export const completeUpload: ApiMethod = {
  name: 'files.completeUploadExternal',
  scopes: ['files:write'],
  token: 'bot',
  limit: TIER.four,
  run(call, workspace) {
    if (given(call.args, 'channels'))
      return invalidArguments('the practice Slack does not know `channels`: use `channel_id`');
    const files = uploaded(call.args.files, workspace);
    if (isRefusal(files)) return files;
    const share = shareOf(call, workspace);
    if (isRefusal(share)) return share;
    for (const file of files) workspace.files.set(file.id, file);
    if (share === undefined) workspace.changed();
    else keep(workspace, { ...share, files });
    return { ok: true, files: files.map(file => fileObject(workspace, file)) };
  },
};

/** The named files with their titles, complete now; each once. */
function uploaded(list: unknown, workspace: Workspace): PracticeFile[] | MethodError {
  if (!Array.isArray(list) || list.length === 0) return missingArgument('files');
  const files: PracticeFile[] = [];
  for (const entry of list) {
    const fields: Readonly<Record<string, unknown>> =
      typeof entry === 'object' && entry !== null ? entry : {};
    const file = workspace.files.get(textOf(fields, 'id') ?? '');
    const usable = file !== undefined && !file.complete && file.bytes.byteLength > 0;
    if (!usable || files.some(({ id }) => id === file.id)) return refusal('file_not_found');
    files.push({ ...file, title: textOf(fields, 'title') ?? file.title, complete: true });
  }
  return files;
}

/** Where the files go; undefined keeps them private. */
function shareOf(call: MethodCall, workspace: Workspace) {
  if (!given(call.args, 'channel_id')) return undefined;
  const channel = postableChannel(call, workspace, 'channel_id');
  if (isRefusal(channel)) return channel;
  const text = textOf(call.args, 'initial_comment') ?? '';
  if (text.length > LIMITS.messageText) return refusal('msg_too_long');
  // With `initial_comment`, `blocks` are ignored.
  const blocks = text === '' ? (blocksOf(call, workspace) ?? []) : [];
  if (isRefusal(blocks)) return blocks;
  const threadTs = threadOf(call, workspace, channel.id);
  if (isRefusal(threadTs)) return threadTs;
  return { channel: channel.id, text, blocks, ...(threadTs === undefined ? {} : { threadTs }) };
}
