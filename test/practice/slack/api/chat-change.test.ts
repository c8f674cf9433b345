import { describe, expect, it } from 'vitest';
import { practised, said } from './practised-calls.ts';

const section = { type: 'section', block_id: 's', text: { type: 'plain_text', text: 'one' } };

function posted() {
  const world = practised();
  const args = { channel: 'CINC', text: 'before', blocks: [section] };
  const { ts } = world.call('chat.postMessage', args);
  return { ...world, ts: String(ts) };
}

describe('chat.update', () => {
  it('edits in place and keeps what is not given', () => {
    const { call, messages, ts } = posted();
    expect(call('chat.update', { channel: 'CINC', ts, text: 'after' })).toMatchObject({
      ok: true,
      channel: 'CINC',
      ts,
      text: 'after',
      message: { text: 'after', blocks: [section], edited: { user: 'U0PRACTICEBOT' } },
    });
    expect(messages()).toHaveLength(1);
    call('chat.update', {
      channel: 'CINC',
      ts,
      blocks: [],
      metadata: { event_type: 'a', event_payload: {} },
    });
    expect(messages()[0]).toMatchObject({ text: 'after', blocks: [], metadata: { event_type: 'a' } });
  });

  it.each([
    ['a text of 4,001 characters', { text: 'x'.repeat(4_001) }, 'msg_too_long'],
    ['no content at all', {}, 'no_text'],
    ['bad blocks', { blocks: [{ type: 'table' }] }, 'invalid_blocks'],
    ['no timestamp', { ts: '', text: 'x' }, 'invalid_arguments'],
    ['a timestamp of no message', { ts: '1600000000.000100', text: 'x' }, 'message_not_found'],
    ['a channel that is not there', { channel: 'CNONE', text: 'x' }, 'channel_not_found'],
  ])('refuses %s', (_what, args, error) => {
    const { call, messages, ts } = posted();
    expect(call('chat.update', { channel: 'CINC', ts, ...args })).toMatchObject({ ok: false, error });
    expect(messages()[0]).toMatchObject({ text: 'before' });
  });

  it('takes a text of 4,000 characters', () => {
    const { call, ts } = posted();
    expect(call('chat.update', { channel: 'CINC', ts, text: 'x'.repeat(4_000) })).toMatchObject({ ok: true });
  });

  it('does not find ephemeral messages', () => {
    const { call } = practised();
    const { message_ts: ts } = call('chat.postEphemeral', { channel: 'CINC', user: 'UANA', text: 'x' });
    expect(call('chat.update', { channel: 'CINC', ts, text: 'y' })).toMatchObject({
      error: 'message_not_found',
    });
  });
});

describe('chat.delete', () => {
  it('takes a message of the app away, once', () => {
    const { call, messages, ts } = posted();
    expect(call('chat.delete', { channel: 'CINC', ts })).toEqual({ ok: true, channel: 'CINC', ts });
    expect(messages()[0]).toMatchObject({ deleted: true });
    expect(call('chat.delete', { channel: 'CINC', ts })).toMatchObject({ error: 'message_not_found' });
    expect(call('chat.update', { channel: 'CINC', ts, text: 'x' })).toMatchObject({
      error: 'message_not_found',
    });
  });
});

it.each([
  ['chat.update', 'cant_update_message'],
  ['chat.delete', 'cant_delete_message'],
])('%s leaves the messages of people alone', (name, error) => {
  const { call, workspace } = practised();
  const ts = said(workspace, 'mine');
  expect(call(name, { channel: 'CINC', ts, text: 'x' })).toMatchObject({ ok: false, error });
});

describe('chat.getPermalink', () => {
  it('leads to a message and to a reply in its thread', () => {
    const { call, workspace } = practised();
    const root = said(workspace, 'root');
    const reply = said(workspace, 'reply', { threadTs: root });
    const path = (ts: string) => `http://127.0.0.1:1/archives/CINC/p${ts.replace('.', '')}`;
    const link = (ts: string) => call('chat.getPermalink', { channel: 'CINC', message_ts: ts });
    expect(link(root)).toEqual({ ok: true, channel: 'CINC', permalink: path(root) });
    expect(link(reply).permalink).toBe(`${path(reply)}?thread_ts=${root}&cid=CINC`);
    expect(link('1600000000.000100')).toMatchObject({ error: 'message_not_found' });
  });
});
