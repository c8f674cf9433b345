import { describe, expect, it } from 'vitest';
import { SlackProbe } from '../../../handlers/slack/slack-probe.ts';
import { mockedSlack } from './mocked-slack.ts';

const slack = mockedSlack();
const NOW_MS = Date.parse('2026-11-22T10:20:00.500Z');

function aProbe() {
  const waited: number[] = [];
  const probe = new SlackProbe({
    botToken: 'xoxb-mocked',
    apiUrl: slack.api,
    send: (url, init) => fetch(url, init),
    clock: { nowMs: () => NOW_MS },
    timer: {
      after(_delayMs, call) {
        setImmediate(call);
        return () => {};
      },
    },
    cancel: new AbortController().signal,
    waits: seconds => void waited.push(seconds),
  });
  return { probe, waited };
}

const WHO = { ok: true, team: 'Acme', team_id: 'T0ACME', user: 'staunch', user_id: 'U0BOT' };

describe('the probe of Slack', () => {
  it('takes scopes and clock from the headers of auth.test', async () => {
    slack.answer('auth.test', {
      body: WHO,
      headers: { 'X-OAuth-Scopes': 'commands, chat:write,users:read', Date: 'Sun, 22 Nov 2026 10:19:15 GMT' },
    });
    expect(await aProbe().probe.identity()).toEqual({
      ok: true,
      value: {
        team: 'Acme',
        teamId: 'T0ACME',
        name: 'staunch',
        botUserId: 'U0BOT',
        isOrganisation: false,
        scopes: ['commands', 'chat:write', 'users:read'],
        clock: { aheadMs: 45_000, errorMs: 500 },
      },
    });
  });

  it.each([
    ['without headers', {}],
    ['with a date that is none', { Date: 'yesterday' }],
  ])('says nothing about scopes and clock %s', async (_, headers) => {
    slack.answer('auth.test', { body: { ...WHO, is_enterprise_install: true }, headers });
    const answer = await aProbe().probe.identity();
    expect(answer).toMatchObject({ ok: true, value: { isOrganisation: true } });
    expect(answer.ok && 'clock' in answer.value).toBe(false);
    expect(answer.ok && 'scopes' in answer.value).toBe(false);
  });

  it('sends exactly one of blocks, message and view to blocks.validate', async () => {
    const message = { text: 'x', blocks: [{ type: 'divider' }] };
    const first = slack.answer('blocks.validate', {});
    const { probe } = aProbe();
    expect(await probe.validate({ kind: 'message', payload: message })).toEqual({ ok: true, value: [] });
    expect(Object.keys(first.body()).filter(name => name !== 'token')).toEqual(['message']);
    expect(JSON.parse(first.body().message ?? '')).toEqual(message);
    const second = slack.answer('blocks.validate', {});
    await probe.validate({ kind: 'home', payload: { type: 'home', blocks: [] } });
    expect(Object.keys(second.body()).filter(name => name !== 'token')).toEqual(['view']);
  });

  it.each([
    [
      {
        error: 'invalid_message',
        errors: [{ pointer: '/blocks/0/text', message: 'must be less than 3001' }],
      },
      ['/blocks/0/text must be less than 3001'],
    ],
    [{ error: 'invalid_view', errors: ['no title'] }, ['no title']],
    [{ error: 'invalid_blocks' }, ['invalid_blocks']],
  ])('hands on what blocks.validate says: %j', async (said, problems) => {
    slack.answer('blocks.validate', { body: { ok: false, ...said } });
    const answer = await aProbe().probe.validate({ kind: 'message', payload: { text: 'x', blocks: [] } });
    expect(answer).toEqual({ ok: true, value: problems });
  });

  it('asks again after the time that a rate limit names', async () => {
    slack.answer('users.info', { status: 429, headers: { 'Retry-After': '7' } });
    slack.answer('users.info', {
      body: { ok: true, user: { id: 'U1', team_id: 'T0ACME', name: 'ana', is_restricted: true } },
    });
    const { probe, waited } = aProbe();
    expect(await probe.user('U1')).toEqual({
      ok: true,
      value: { name: 'ana', kind: 'guest', workspace: 'T0ACME' },
    });
    expect(waited).toEqual([7]);
  });

  it('does not wait for a rate limit that lasts longer than minutes', async () => {
    slack.answer('users.info', { status: 429, headers: { 'Retry-After': '3600' } });
    const { probe, waited } = aProbe();
    expect(await probe.user('U1')).toEqual({ ok: false, refused: true, reason: 'ratelimited' });
    expect(waited).toEqual([]);
  });

  it('tells a broken Slack from one that refuses', async () => {
    for (let attempt = 0; attempt < 2; attempt += 1)
      slack.answer('conversations.info', { status: 503, body: 'unavailable' });
    const { probe } = aProbe();
    expect(await probe.channel('C1')).toEqual({
      ok: false,
      refused: false,
      reason: 'HTTP 503 instead of an answer',
    });
    slack.answer('conversations.info', { body: { ok: false, error: 'channel_not_found' } });
    expect(await probe.channel('C1')).toEqual({ ok: false, refused: true, reason: 'channel_not_found' });
  });

  it('counts who is in a group, and sees that one is switched off', async () => {
    const usergroups = [
      { id: 'S1', handle: 'oncall', users: ['U1', 'U2'], date_delete: 0 },
      { id: 'S2', handle: 'old', date_delete: 1_700_000_000 },
    ];
    const asked = slack.answer('usergroups.list', { body: { ok: true, usergroups } });
    const answer = await aProbe().probe.groups();
    expect(answer.ok && [...answer.value]).toEqual([
      ['S1', { handle: 'oncall', members: 2, isDisabled: false }],
      ['S2', { handle: 'old', members: 0, isDisabled: true }],
    ]);
    expect(asked.body()).toMatchObject({ include_users: 'true', include_disabled: 'true' });
  });
});
