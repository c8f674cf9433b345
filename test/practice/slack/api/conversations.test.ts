import { describe, expect, it } from 'vitest';
import { practised } from './practised-calls.ts';

const SCOPES = new Set(['channels:read', 'groups:read', 'im:read', 'mpim:read']);
const open = { is_private: false, is_ext_shared: false, is_shared: false, is_mpim: false, is_im: false };

describe('conversations.info', () => {
  it.each([
    ['a channel', 'CINC', { ...open, name: 'incidents', is_channel: true, is_group: false, is_member: true }],
    ['a channel that the app is not in', 'CRAND', { ...open, is_channel: true, is_member: false }],
    ['a private channel', 'CSEC', { ...open, is_channel: true, is_group: false, is_private: true }],
    [
      'a shared channel',
      'CEXT',
      { ...open, is_ext_shared: true, is_shared: true, shared_team_ids: ['T1', 'T2'] },
    ],
    ['a group message', 'GMPIM', { ...open, is_channel: false, is_mpim: true, is_private: true }],
    ['a direct message', 'DANA', { is_im: true, user: 'UANA' }],
  ])('tells the kind of %s', (_what, channel, fields) => {
    const answer = practised({ scopes: SCOPES }).call('conversations.info', { channel });
    expect(answer).toMatchObject({ ok: true, channel: { id: channel, ...fields } });
  });

  it.each([
    ['CINC', 'channels:read'],
    ['CEXT', 'channels:read'],
    ['CSEC', 'groups:read'],
    ['DANA', 'im:read'],
    ['GMPIM', 'mpim:read'],
  ])('asks for the scope of the kind: %s needs %s', (channel, needed) => {
    const scopes = new Set([...SCOPES].filter(scope => scope !== needed));
    const { call } = practised({ scopes });
    const error = { ok: false, error: 'missing_scope', needed, provided: [...scopes].join(',') };
    expect(call('conversations.info', { channel })).toEqual(error);
    expect(call('conversations.members', { channel })).toEqual(error);
  });

  it.each([
    ['a channel that is not there', { channel: 'CNONE' }, 'channel_not_found'],
    ['a private channel that the app is not in', { channel: 'CHID' }, 'channel_not_found'],
    ['no channel', {}, 'invalid_arguments'],
  ])('refuses %s', (_what, args, error) => {
    expect(practised().call('conversations.info', args)).toMatchObject({ ok: false, error });
  });

  it('counts members when asked', () => {
    const { call } = practised();
    expect(call('conversations.info', { channel: 'CINC', include_num_members: 'true' })).toMatchObject({
      channel: { num_members: 2 },
    });
  });
});

it('conversations.members lists who is in a channel', () => {
  expect(practised().call('conversations.members', { channel: 'CINC' })).toEqual({
    ok: true,
    members: ['UANA', 'UGUS'],
    response_metadata: { next_cursor: '' },
  });
});
