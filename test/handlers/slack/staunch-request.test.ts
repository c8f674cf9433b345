import { describe, expect, it } from 'vitest';
import { readChangeRequest } from '../../../handlers/slack/change-request.ts';
import {
  nearestStaunchCommands,
  readStaunchRequest,
  STAUNCH_COMMANDS,
} from '../../../handlers/slack/staunch-request.ts';

describe('a word of Staunch’s own', () => {
  it.each([
    ['status', { kind: 'status' }],
    ['STATUS?', { kind: 'status' }],
    ['handover', { kind: 'handover' }],
    ['help', { kind: 'help' }],
    ['timeline', { kind: 'timeline' }],
    ['timeline 12', { kind: 'timeline', number: 12 }],
    ['export #12', { kind: 'export', number: 12 }],
    ['export the thing', { kind: 'export' }],
    ['hosts', { kind: 'hosts' }],
    ['hosts checkout', { kind: 'hosts', target: 'checkout' }],
    ['snooze', { kind: 'snooze' }],
    ['snooze checkout 4h', { kind: 'snooze', target: 'checkout', hours: 4 }],
    ['snooze checkout for 12 hours', { kind: 'snooze', target: 'checkout' }],
    ['resolve because the limit was raised', { kind: 'resolve', reason: 'the limit was raised' }],
    ['resolve', { kind: 'resolve', reason: '' }],
    ['reopen 502s came back', { kind: 'reopen', reason: '502s came back' }],
    ['severity critical', { kind: 'severity', severity: 'critical' }],
    ['severity enormous', { kind: 'severity' }],
    ['note: it was *the* cache', { kind: 'note', text: 'it was *the* cache' }],
    ['take', { kind: 'take' }],
  ])('is read in "%s"', (text, request) => {
    expect(readStaunchRequest(text)).toEqual(request);
  });

  it.each([
    'diagnose checkout',
    'checkout since 30m',
    '',
    'why not timeout?',
    'statuses of all',
    'constructor',
  ])('is not found in "%s"', text => {
    expect(readStaunchRequest(text)).toBeUndefined();
  });

  it('is every one that help shows', () => {
    for (const [command] of STAUNCH_COMMANDS)
      expect([
        command,
        readStaunchRequest(command) ?? readChangeRequest(command) ?? /^diagnose/.test(command),
      ]).not.toEqual([command, false]);
  });

  it.each([
    ['statsu', ['status']],
    ['timelin', ['timeline']],
    ['exprot 12', ['export']],
    ['diagnos checkout', ['diagnose']],
    ['frobnicate', []],
  ])('is suggested for "%s"', (text, nearest) => {
    expect(nearestStaunchCommands(text)).toEqual(nearest);
  });
});
