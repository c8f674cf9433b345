import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../src/policy/asking.ts';
import { refusalWords } from '../../src/policy/refusal-words.ts';

const REFUSALS: Record<Refusal['reason'], Refusal> = {
  'unknown-person': { reason: 'unknown-person' },
  bot: { reason: 'bot' },
  deactivated: { reason: 'deactivated' },
  guest: { reason: 'guest' },
  stranger: { reason: 'stranger' },
  'other-workspace': { reason: 'other-workspace', workspace: 'TOTHER' },
  'unknown-place': { reason: 'unknown-place' },
  'group-message': { reason: 'group-message' },
  'shared-channel': { reason: 'shared-channel', channel: 'C0PARTNER' },
  'unknown-action': { reason: 'unknown-action' },
  'nobody-configured': { reason: 'nobody-configured', needed: 'requester', person: 'U0ANA' },
  'groups-unknown': { reason: 'groups-unknown', needed: 'requester' },
  'role-missing': {
    reason: 'role-missing',
    needed: 'requester',
    has: 'viewer',
    holders: ['S0ONCALL', 'U0BEN'],
    person: 'U0ANA',
    service: 'checkout',
    team: 'payments',
  },
  'service-elsewhere': {
    reason: 'service-elsewhere',
    service: 'checkout',
    channels: ['C0INCIDENTS', 'C0OPS'],
  },
  'service-not-shared': { reason: 'service-not-shared', service: 'cart', channel: 'C0PARTNER' },
};

describe('the words of a refusal', () => {
  it.each(Object.values(REFUSALS))('say of $reason why, and what to do next, in plain sentences', refusal => {
    const words = refusalWords(refusal);
    expect(words.match(/[.?](?= |$)/g)?.length).toBe(2);
    expect(words.length).toBeLessThan(300);
    expect(words).toMatch(/\b(Ask|ask|Try again|Type|Invite|An admin of Staunch can)\b/);
    expect(words).not.toMatch(/[<>*~`@#]|undefined/);
  });

  it.each([
    [
      REFUSALS['role-missing'],
      'Your role is viewer, and to ask for a diagnosis of checkout takes requester. Ask an admin of Staunch to add you (U0ANA) under teams.payments.roles.requester or slack.roles.requester in staunch.yml, or ask @oncall or @ben to do it.',
    ],
    [
      { reason: 'role-missing', needed: 'approver', holders: [], person: 'U0ANA' },
      'You have no role that lets you approve a change. Ask an admin of Staunch to add you (U0ANA) under slack.roles.approver in staunch.yml.',
    ],
    [
      REFUSALS['nobody-configured'],
      'Nobody may ask for a diagnosis yet, because staunch.yml names nobody for it. Ask whoever runs Staunch to add you (U0ANA) under slack.roles.requester in staunch.yml.',
    ],
    [
      REFUSALS['service-elsewhere'],
      'checkout is spoken of only in #incidents and C0OPS. Ask there, or in a direct message with Staunch.',
    ],
    [
      { reason: 'service-elsewhere', service: 'cart', channels: ['C1', 'C2', 'C3', 'C4', 'C5', 'C6'] },
      'cart is spoken of only in C1, C2, C3 and 3 more. Ask there, or in a direct message with Staunch.',
    ],
  ] as [Refusal, string][])(
    'name places in staunch.yml, and people and channels as they are called: %o',
    (refusal, words) => {
      const names = new Map([
        ['C0INCIDENTS', '#incidents'],
        ['S0ONCALL', '@oncall'],
        ['U0BEN', '@ben'],
      ]);
      expect(refusalWords(refusal, id => names.get(id))).toBe(words);
    },
  );
});
