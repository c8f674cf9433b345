import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readChangeRequest } from '../../../handlers/slack/change-request.ts';

const plan = (more: object) => ({ kind: 'plan', settings: {}, reason: '', ...more });

describe('what is said about changes', () => {
  it.each([
    ['plan checkout', plan({ target: 'checkout' })],
    ['Plan', plan({})],
    ['fix checkout because it burns', plan({ target: 'checkout', reason: 'it burns' })],
    ['plan oom-policy', plan({ remedy: 'oom-policy' })],
    ['plan checkout recycle', plan({ target: 'checkout', remedy: 'recycling' })],
    [
      'plan checkout recycling max_requests=900 jitter=300 because of the leak',
      plan({
        target: 'checkout',
        remedy: 'recycling',
        settings: { maxRequests: 900, maxRequestsJitter: 300 },
        reason: 'of the leak',
      }),
    ],
    ['plan checkout max_requests=lots', plan({ target: 'checkout', reason: 'max_requests=lots' })],
    ['stop changes a migration', { kind: 'stop', reason: 'a migration' }],
    ['stop changes', { kind: 'stop', reason: '' }],
    ['Allow changes: it is over', { kind: 'allow', reason: 'it is over' }],
  ])('%s', (text, expected) => {
    expect(readChangeRequest(text)).toEqual(expected);
  });

  it.each(['diagnose checkout', 'checkout since 2h', 'planning', 'stop', 'please stop changes', '', 'help'])(
    'is not said by: %s',
    text => {
      expect(readChangeRequest(text)).toBeUndefined();
    },
  );

  it('never throws, and a reason is never longer than what is kept', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3_000 }), text => {
        for (const said of [text, `plan ${text}`, `stop changes ${text}`])
          expect(readChangeRequest(said)?.reason.length ?? 0).toBeLessThanOrEqual(500);
      }),
    );
  });
});
