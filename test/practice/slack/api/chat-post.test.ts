import { describe, expect, it } from 'vitest';
import { practised, said } from './practised-calls.ts';

const post = 'chat.postMessage';
const plain = { type: 'section', text: { type: 'plain_text', text: 'hello' } };

describe('chat.postMessage', () => {
  it('adds a message of the app and gives ids to the blocks that have none', () => {
    const { call, messages } = practised();
    const button = { type: 'button', text: { type: 'plain_text', text: 'go' } };
    const blocks = [
      { ...plain, block_id: 'mine' },
      { type: 'actions', elements: [{ ...button, action_id: 'act' }, button] },
    ];
    const metadata = { event_type: 'run', event_payload: { id: '1' } };
    const answer = call(post, { channel: 'CINC', text: 'fallback', blocks, metadata, unfurl_links: 'false' });
    expect(answer).toMatchObject({
      ok: true,
      channel: 'CINC',
      message: { type: 'message', bot_id: 'B0PRACTICE', app_id: 'A0PRACTICE', text: 'fallback', metadata },
    });
    expect(messages()).toHaveLength(1);
    expect(messages()[0]).toMatchObject({ ts: answer.ts, user: 'U0PRACTICEBOT', text: 'fallback' });
    const [first, second] = messages()[0]!.blocks;
    expect(first).toEqual(blocks[0]);
    expect(second).toMatchObject({ block_id: expect.any(String) });
    const elements = second!.elements as { action_id: string }[];
    expect(elements[0]).toEqual({ ...button, action_id: 'act' });
    expect(elements[1]!.action_id).toMatch(/^a0PRACTICE/);
  });

  it.each([
    ['a channel that the app is not in', { channel: 'CRAND', text: 'x' }, 'not_in_channel'],
    ['a private channel that the app is not in', { channel: 'CHID', text: 'x' }, 'channel_not_found'],
    ['a channel that is not there', { channel: 'CNONE', text: 'x' }, 'channel_not_found'],
    ['a channel by name', { channel: '#incidents', text: 'x' }, 'channel_not_found'],
    ['no channel', { text: 'x' }, 'invalid_arguments'],
    ['neither text nor blocks', { channel: 'CINC' }, 'no_text'],
    ['no text and empty blocks', { channel: 'CINC', text: '', blocks: [] }, 'no_text'],
    ['a text of 40,001 characters', { channel: 'CINC', text: 'x'.repeat(40_001) }, 'msg_too_long'],
    ['blocks that are no JSON', { channel: 'CINC', blocks: '[{' }, 'invalid_blocks_format'],
    ['blocks that are no list', { channel: 'CINC', blocks: { blocks: [plain] } }, 'invalid_blocks_format'],
    ['bad blocks', { channel: 'CINC', blocks: [{ type: 'nonsense' }] }, 'invalid_blocks'],
    [
      'metadata without a payload',
      { channel: 'CINC', text: 'x', metadata: { event_type: 'a' } },
      'invalid_metadata_format',
    ],
    [
      'metadata of a wrong kind',
      { channel: 'CINC', text: 'x', metadata: { event_type: 1, event_payload: {} } },
      'invalid_metadata_schema',
    ],
    ['what is no timestamp', { channel: 'CINC', text: 'x', thread_ts: '0' }, 'invalid_thread_ts'],
    [
      'a thread that is not there',
      { channel: 'CINC', text: 'x', thread_ts: '1600000000.000100' },
      'thread_not_found',
    ],
    [
      'attachments, which are not practised',
      { channel: 'CINC', text: 'x', attachments: [] },
      'invalid_arguments',
    ],
  ])('refuses %s', (_what, args, error) => {
    const { call, messages } = practised();
    expect(call(post, args)).toMatchObject({ ok: false, error });
    expect(messages()).toEqual([]);
  });

  it('says what is wrong with blocks in both of the lists that Slack fills', () => {
    const blocks = [{ type: 'section', text: { type: 'plain_text', text: '' } }];
    const line = 'must be more than 0 characters [json-pointer:/blocks/0/text/text]';
    expect(practised().call(post, { channel: 'CINC', blocks })).toEqual({
      ok: false,
      error: 'invalid_blocks',
      errors: [line],
      response_metadata: { messages: [`[ERROR] ${line}`] },
    });
  });

  it('takes blocks of 13,200 characters of JSON and no more', () => {
    const { call } = practised();
    const blocks = (spare: number) => {
      const list = [1, 2, 3, 4, 5].map(() => ({ type: 'section', text: { type: 'plain_text', text: 'x' } }));
      let left = 13_200 - JSON.stringify(list).length + spare;
      for (const { text } of list) {
        const more = Math.min(left, 2_999);
        text.text += 'x'.repeat(more);
        left -= more;
      }
      return list;
    };
    expect(JSON.stringify(blocks(0))).toHaveLength(13_200);
    expect(call(post, { channel: 'CINC', blocks: blocks(0) })).toMatchObject({ ok: true });
    expect(call(post, { channel: 'CINC', blocks: blocks(1) })).toMatchObject({
      error: 'msg_blocks_too_long',
    });
  });

  it('answers a second post with the same client_msg_id with the first message', () => {
    const { call, messages } = practised();
    const args = { channel: 'CINC', text: 'once', client_msg_id: '7d1e0b6a-0000-4000-8000-000000000001' };
    const first = call(post, args);
    expect(call(post, args)).toEqual(first);
    expect(messages()).toHaveLength(1);
    expect(call(post, { ...args, channel: 'CSEC' })).toMatchObject({ error: 'duplicate_channel_not_found' });
    call('chat.delete', { channel: 'CINC', ts: first.ts });
    expect(call(post, args)).toMatchObject({ error: 'duplicate_message_not_found' });
  });

  it('replies to a root, to a tombstone with replies, but not to a reply or a deleted root', () => {
    const { call, workspace } = practised();
    const root = said(workspace, 'root');
    const reply = call(post, { channel: 'CINC', text: 'a', thread_ts: root });
    expect(reply).toMatchObject({ ok: true, message: { thread_ts: root, parent_user_id: 'UANA' } });
    expect(call(post, { channel: 'CINC', text: 'b', thread_ts: reply.ts })).toMatchObject({
      error: 'cannot_reply_to_message',
    });
    workspace.messages.get('CINC')![0]!.deleted = true;
    expect(call(post, { channel: 'CINC', text: 'c', thread_ts: root })).toMatchObject({ ok: true });
    const gone = said(workspace, 'gone', { deleted: true });
    expect(call(post, { channel: 'CINC', text: 'd', thread_ts: gone })).toMatchObject({
      error: 'thread_not_found',
    });
  });

  it.each([
    ['of the seed', 'UANA', 'DANA'],
    ['that every member has with the app', 'UGUS', 'DGUS'],
  ])("finds the direct message %s behind a person's id", (_which, person, channel) => {
    const { call, messages, workspace } = practised();
    expect(call(post, { channel: person, text: 'psst' })).toMatchObject({ ok: true, channel });
    expect(messages(channel)).toHaveLength(1);
    expect(workspace.channels.get(channel)).toMatchObject({ members: [person, workspace.botUserId] });
  });

  it.each([
    ['one of another company', 'UEXT', {}, 'channel_not_found'],
    ['one who left', 'UOLD', {}, 'channel_not_found'],
    ['anybody without a Messages tab', 'UGUS', { messagesTab: 'off' }, 'messages_tab_disabled'],
  ] as const)('has no direct message with %s', (_who, channel, app, error) => {
    expect(practised(app).call(post, { channel, text: 'psst' })).toMatchObject({ error });
  });

  it('shows a file of Slack only when it is an image whose upload is complete', () => {
    const { call, workspace } = practised();
    const file = { id: 'F1', name: 'a.png', title: '', altText: '', mimetype: 'image/png' };
    const blocks = [{ type: 'image', alt_text: 'chart', slack_file: { id: 'F1' } }];
    const answer = () => call(post, { channel: 'CINC', text: 'x', blocks });
    expect(answer()).toMatchObject({ errors: ['invalid slack file [json-pointer:/blocks/0]'] });
    workspace.files.set('F1', { ...file, bytes: new Uint8Array(1), complete: true });
    expect(answer()).toMatchObject({ ok: true });
  });
});

describe('chat.postEphemeral', () => {
  const ephemeral = 'chat.postEphemeral';

  it('shows a message to one person of the channel', () => {
    const { call, messages } = practised();
    const answer = call(ephemeral, { channel: 'CINC', user: 'UGUS', text: 'only you' });
    expect(answer).toEqual({ ok: true, message_ts: messages()[0]!.ts });
    expect(messages()[0]).toMatchObject({ ephemeralFor: 'UGUS', text: 'only you' });
  });

  it.each([
    [
      'a person who is not in the channel',
      { channel: 'CSEC', user: 'UGUS', text: 'x' },
      'user_not_in_channel',
    ],
    ['nobody', { channel: 'CINC', text: 'x' }, 'invalid_arguments'],
    ['an empty message', { channel: 'CINC', user: 'UANA' }, 'no_text'],
    ['a channel that the app is not in', { channel: 'CRAND', user: 'UANA', text: 'x' }, 'not_in_channel'],
  ])('refuses %s', (_what, args, error) => {
    expect(practised().call(ephemeral, args)).toMatchObject({ ok: false, error });
  });
});
