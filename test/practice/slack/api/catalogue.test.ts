import { describe, expect, it } from 'vitest';
import { METHODS } from '../../../../practice/slack/api/catalogue.ts';
import { practised } from './practised-calls.ts';

describe('a call', () => {
  it('of an unknown method says so', () => {
    expect(practised().call('chat.shout')).toEqual({
      ok: false,
      error: 'unknown_method',
      req_method: 'chat.shout',
    });
  });

  it.each([...METHODS.values()].map(method => [method.name, method] as const))(
    'of %s needs its kind of token',
    (name, method) => {
      const allowed = (token: 'bot' | 'app') =>
        practised().call(name, {}, token).error !== 'not_allowed_token_type';
      expect({ bot: allowed('bot'), app: allowed('app') }).toEqual({
        bot: method.token !== 'app',
        app: method.token !== 'bot',
      });
    },
  );

  it.each(
    [...METHODS.values()]
      .filter(({ scopes }) => scopes.length > 0)
      .map(({ name, scopes }) => [name, scopes] as const),
  )('of %s needs one of %o', (name, scopes) => {
    const without = practised({ scopes: new Set(['commands', 'pins:read']) });
    expect(without.call(name)).toEqual({
      ok: false,
      error: 'missing_scope',
      needed: scopes.join(','),
      provided: 'commands,pins:read',
    });
    const one = practised({ scopes: new Set([scopes[0]!]) });
    expect(one.call(name).error).not.toBe('missing_scope');
  });
});

describe('the limit', () => {
  it.each(
    [...METHODS.values()]
      .filter(({ limit }) => !limit.perChannelPerSecond)
      .map(({ name, limit }) => [name, limit] as const),
  )('of %s refuses the call after the burst and lets one more pass when its time has come', (name, limit) => {
    const { call, pass } = practised();
    const token = name === 'apps.connections.open' ? 'app' : 'bot';
    const atOnce = limit.burst ?? limit.perMinute;
    const errors = Array.from({ length: atOnce }, () => call(name, {}, token).error);
    expect(errors).not.toContain('ratelimited');
    const seconds = Math.ceil(60 / limit.perMinute);
    expect(call(name, {}, token)).toEqual({ ok: false, error: 'ratelimited', retry_after: seconds });
    pass(seconds * 1_000);
    expect(call(name, {}, token).error).not.toBe('ratelimited');
  });

  it('of chat.postMessage is one a second in each channel, with a small burst', () => {
    const { call, messages, pass } = practised();
    const post = (channel: string) => call('chat.postMessage', { channel, text: 'x' });
    for (let sent = 0; sent < 5; sent += 1) expect(post('CINC').ok).toBe(true);
    expect(post('CINC')).toEqual({ ok: false, error: 'ratelimited', retry_after: 1 });
    expect(post('CSEC').ok).toBe(true);
    pass(999);
    expect(post('CINC')).toMatchObject({ error: 'ratelimited' });
    pass(1);
    expect(post('CINC').ok).toBe(true);
    expect(post('CINC')).toMatchObject({ error: 'ratelimited' });
    expect(messages()).toHaveLength(6);
    pass(3_600_000);
    for (let sent = 0; sent < 5; sent += 1) expect(post('CINC').ok).toBe(true);
    expect(post('CINC')).toMatchObject({ error: 'ratelimited' });
  });
});

describe('auth.test', () => {
  it('tells a bot token who it is', () => {
    expect(practised().call('auth.test')).toEqual({
      ok: true,
      url: 'http://127.0.0.1:1/',
      team: 'Acme',
      user: 'staunch',
      team_id: 'T1',
      user_id: 'U0PRACTICEBOT',
      bot_id: 'B0PRACTICE',
      is_enterprise_install: false,
    });
  });

  it('tells an app token which app it is', () => {
    const answer = practised().call('auth.test', {}, 'app');
    expect(answer).toEqual({ ok: true, app_name: 'Staunch', app_id: 'A0PRACTICE' });
  });
});

describe('apps.connections.open', () => {
  it('gives the address that the server makes, when the manifest has Socket Mode on', () => {
    const open = (socketMode: boolean) => practised({ socketMode }).call('apps.connections.open', {}, 'app');
    expect(open(true)).toEqual({ ok: true, url: 'ws://127.0.0.1:1/socket' });
    expect(open(false)).toMatchObject({ error: 'forbidden_team' });
  });
});
