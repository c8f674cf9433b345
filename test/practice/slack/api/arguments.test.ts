import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argsOf, countOf, flagOf, textOf } from '../../../../practice/slack/api/arguments.ts';
import { METHODS } from '../../../../practice/slack/api/catalogue.ts';
import { practised } from './practised-calls.ts';

const FORM = 'application/x-www-form-urlencoded';
const blocks = [{ type: 'divider' }];

describe('the arguments of a call', () => {
  it.each([
    ['a form', FORM, `channel=C1&text=a%26b+c&blocks=${encodeURIComponent(JSON.stringify(blocks))}`],
    ['a query string', '', `channel=C1&text=a%26b+c&blocks=${encodeURIComponent(JSON.stringify(blocks))}`],
    ['JSON', 'application/json; charset=utf-8', JSON.stringify({ channel: 'C1', text: 'a&b c', blocks })],
    [
      'JSON in JSON',
      'Application/JSON',
      JSON.stringify({ channel: 'C1', text: 'a&b c', blocks: JSON.stringify(blocks) }),
    ],
  ])('are read from %s', (_what, contentType, body) => {
    expect(argsOf(contentType, body)).toEqual({ channel: 'C1', text: 'a&b c', blocks });
  });

  it('cannot be taken for a refusal', () => {
    expect(argsOf('application/json', '{"ok":false,"error":"x"}')).toEqual({ error: 'x' });
  });

  it('stay texts when they are no JSON arguments, and when their JSON is broken', () => {
    expect(argsOf(FORM, 'text=%5B1%5D&limit=5&blocks=%5B1')).toEqual({
      text: '[1]',
      limit: '5',
      blocks: '[1',
    });
  });

  it.each([
    ['application/json', '{', 'invalid_json'],
    ['application/json', '[1]', 'json_not_object'],
    ['application/json', 'null', 'json_not_object'],
    ['text/plain', 'channel=C1', 'invalid_post_type'],
    ['multipart/form-data; boundary=x', '', 'invalid_post_type'],
  ])('of %s that says %s are refused: %s', (contentType, body, error) => {
    expect(argsOf(contentType, body)).toEqual({ ok: false, error });
  });

  it('read flags, counts and texts as a form carries them', () => {
    const args = { yes: 'true', one: '1', no: 'false', n: '12', m: 3, bad: '-1', empty: '', list: [] };
    expect(['yes', 'one', 'no', 'none'].map(name => flagOf(args, name))).toEqual([true, true, false, false]);
    expect(['n', 'm', 'bad', 'none'].map(name => countOf(args, name))).toEqual([12, 3, undefined, undefined]);
    expect(['n', 'm', 'empty', 'list'].map(name => textOf(args, name))).toEqual([
      '12',
      '3',
      undefined,
      undefined,
    ]);
  });
});

const NAMES = [
  'channel',
  'text',
  'blocks',
  'thread_ts',
  'ts',
  'user',
  'metadata',
  'client_msg_id',
  'files',
  'channel_id',
  'filename',
  'length',
  'alt_txt',
  'view',
  'view_id',
  'external_id',
  'trigger_id',
  'hash',
  'user_id',
  'message',
  'usergroup',
  'limit',
  'cursor',
  'include_users',
  'message_ts',
  'initial_comment',
] as const;

/** Mostly words that lead past the first check, else anything that JSON can say. */
const value = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>('CINC', 'UANA', 'DANA', 'SOPS', '1', 'true', '1.1.a', blocks),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
);

describe('whatever the arguments', () => {
  it.each([...METHODS.keys()])('%s answers and never throws', name => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 8 }), args => {
        const { call, trigger } = practised();
        trigger('1.1.a');
        const answer = call(name, args, name === 'apps.connections.open' ? 'app' : 'bot');
        expect(answer.ok ? 'none' : answer.error).toEqual(expect.any(String));
        expect(JSON.parse(JSON.stringify(answer))).toHaveProperty('ok');
      }),
      { numRuns: 150 },
    );
  });

  it('no body makes the reading throw', () => {
    const types = fc.constantFrom('', FORM, 'application/json', 'text/plain');
    fc.assert(
      fc.property(types, fc.oneof(fc.string(), fc.json()), (type, body) => {
        expect(argsOf(type, body)).toBeTypeOf('object');
      }),
    );
  });
});
