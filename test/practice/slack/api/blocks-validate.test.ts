import { describe, expect, it } from 'vitest';
import { practised } from './practised-calls.ts';

const validate = (args: Record<string, unknown>) => practised().call('blocks.validate', args);
const good = [{ type: 'section', text: { type: 'plain_text', text: 'hello' } }];
const bad = [{ type: 'section', text: { type: 'invalid', text: 'hello' } }];
const frame = { type: 'modal', title: { type: 'plain_text', text: 'T' } };

describe('blocks.validate', () => {
  it.each([
    [{ blocks: good }],
    [{ message: { blocks: good } }],
    [{ message: {} }],
    [{ view: { ...frame, blocks: good } }],
    [{ view: { type: 'home', blocks: good } }],
  ])('accepts %o', args => {
    expect(validate(args)).toEqual({ ok: true });
  });

  it.each([
    ['blocks', bad, 'invalid_blocks', '/0/text/type'],
    ['message', { blocks: bad }, 'invalid_message', '/blocks/0/text/type'],
    ['view', { ...frame, blocks: bad }, 'invalid_view', '/blocks/0/text/type'],
  ])('points into bad %s', (name, value, error, pointer) => {
    expect(validate({ [name]: value })).toEqual({
      ok: false,
      error,
      errors: [
        {
          code: 'failed_constraint',
          message: 'unsupported type: invalid',
          pointer,
          constraint: { type: 'enum', expected: ['plain_text', 'mrkdwn'], got: 'invalid' },
        },
      ],
    });
  });

  it.each([
    ['nothing', {}],
    ['two things', { blocks: good, view: frame }],
    ['what is no JSON', { blocks: '[{' }],
  ])('refuses %s', (_what, args) => {
    expect(validate(args)).toMatchObject({ ok: false, error: 'invalid_arguments' });
  });

  it('refuses a message that is no object', () => {
    expect(validate({ message: [] })).toMatchObject({ error: 'invalid_message' });
  });
});
