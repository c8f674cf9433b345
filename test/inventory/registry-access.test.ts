import { describe, expect, it } from 'vitest';
import { problemText } from '../../src/inventory/registry-problem.ts';
import { readRegistry } from '../../src/inventory/registry-reading.ts';

const base = { folder: '/etc/staunch', home: '/home/ana' };
const web = 'servers:\n  web-1: { host: 10.0.0.5 }\n';
const service = (fields: string) =>
  `${web}services:\n  shop: { unit: g.service, servers: [web-1], ${fields} }\n`;

function registryOf(text: string) {
  const reading = readRegistry(text, 'staunch.yml', base);
  if (!reading.ok) throw new Error(reading.problems.map(problemText).join('\n'));
  return reading.registry;
}

function problemsOf(text: string): string[] {
  const reading = readRegistry(text, 'staunch.yml', base);
  return reading.ok ? [] : reading.problems.map(problemText);
}

const HOLDER = 'expected the ID of a person (U… or W…) or of a user group (S…)';
const CHANNEL = 'expected the ID of a channel (C… or G…)';
const FIND = 'in Slack: profile, ⋮, Copy member ID';
const FIND_CHANNEL = "in Slack: the channel's name at the top, About, Channel ID at the bottom";

describe('who may ask, in a staunch.yml', () => {
  it('is nobody while nothing is said', () => {
    const nobody = { roles: new Map(), teams: new Map(), workspaces: [], sharedChannels: [] };
    expect(registryOf(web).access).toEqual(nobody);
    expect(registryOf(`${web}slack:\nteams:\n`).access).toEqual(nobody);
    expect(registryOf(`${web}slack: { roles: { viewer: [] } }\n`).access).toEqual(nobody);
  });

  it('is read as it is written', () => {
    const registry = registryOf(
      `${service('team: payments, channels: [C0INCIDENTS, G012345]')}  cart: { unit: c.service, servers: [web-1] }\n` +
        'slack:\n  workspaces: [T024BE7LD]\n  sharedChannels: [C0PARTNER1]\n' +
        '  roles: { admin: [W012AB3CE], viewer: [S0ENGINEERS], requester: [S0ONCALL, U012AB3CD] }\n' +
        'teams:\n  payments: { roles: { requester: [S0PAYMENTS], approver: [] } }\n',
    );
    expect(registry.access).toEqual({
      roles: new Map([
        ['viewer', ['S0ENGINEERS']],
        ['requester', ['S0ONCALL', 'U012AB3CD']],
        ['admin', ['W012AB3CE']],
      ]),
      teams: new Map([['payments', { id: 'payments', roles: new Map([['requester', ['S0PAYMENTS']]]) }]]),
      workspaces: ['T024BE7LD'],
      sharedChannels: ['C0PARTNER1'],
    });
    expect(registry.services.get('shop')).toMatchObject({
      team: 'payments',
      channels: ['C0INCIDENTS', 'G012345'],
    });
    expect(registry.services.get('cart')?.channels).toEqual([]);
    expect(registry.services.get('cart')).not.toHaveProperty('team');
  });

  it('names the channel of the audit, or none', () => {
    expect(registryOf(web)).not.toHaveProperty('auditChannel');
    expect(registryOf(`${web}slack: { auditChannel: C0ADMINS }\n`).auditChannel).toBe('C0ADMINS');
  });

  const holder = (value: string) => `${web}slack: { roles: { viewer: [${value}] } }\n`;
  it.each([
    [
      'a display name',
      holder('"@ana"'),
      `3:28: slack.roles.viewer[0] is "@ana": ${HOLDER}; @ana is a display name; ${FIND}; for a group: Directory, User groups, the group, ⋮, Copy group ID`,
    ],
    [
      'an e-mail address',
      holder('ana@example.com'),
      `3:28: slack.roles.viewer[0] is "ana@example.com": ${HOLDER}; ana@example.com is an e-mail address; ${FIND}`,
    ],
    [
      'small letters',
      holder('u012ab3cd'),
      `3:28: slack.roles.viewer[0] is "u012ab3cd": ${HOLDER}, in capitals and without spaces; ${FIND}`,
    ],
    [
      'a pasted mention',
      holder('<@U012AB3CD>'),
      `3:28: slack.roles.viewer[0] is "<@U012AB3CD>": ${HOLDER}, without the signs around it: U012AB3CD`,
    ],
    [
      'a channel',
      holder('C0INCIDENTS'),
      `3:28: slack.roles.viewer[0] is "C0INCIDENTS": ${HOLDER}, and this is the ID of a channel; ${FIND}`,
    ],
    ['a number', holder('42'), `3:28: slack.roles.viewer[0] is 42: ${HOLDER}; ${FIND}`],
    ['a name', holder('ana'), `3:28: slack.roles.viewer[0] is "ana": ${HOLDER}; ${FIND}`],
    [
      'one ID without brackets',
      `${web}slack: { roles: { viewer: U012AB3CD } }\n`,
      '3:27: slack.roles.viewer is "U012AB3CD": expected a list of people and user groups, e.g. [U012AB3CD, S0ONCALL]',
    ],
    [
      'somebody twice',
      holder('U012AB3CD, U012AB3CD'),
      '3:39: slack.roles.viewer[1] is "U012AB3CD" again: list each ID once',
    ],
    [
      'a role that is misspelt',
      `${web}slack: { roles: { requestor: [U012AB3CD] } }\n`,
      '3:19: slack.roles.requestor is not a field here; did you mean requester?',
    ],
    [
      'a role nobody knows',
      `${web}teams: { pay: { roles: { owner: [U012AB3CD] } } }\n`,
      '3:26: teams.pay.roles.owner is not a field here; there are viewer, requester, approver, admin',
    ],
    [
      'a field that is misspelt',
      `${web}slack: { sharedChanels: [C0PARTNER1] }\n`,
      '3:10: slack.sharedChanels is not a field here; did you mean sharedChannels?',
    ],
    [
      'a team with members',
      `${web}teams: { pay: { members: [U012AB3CD], roles: {} } }\n`,
      '3:17: teams.pay.members is not a field here; there is roles',
    ],
    [
      'a team in capitals',
      `${web}teams: { Pay: { roles: { viewer: [ana] } } }\n`,
      '3:10: teams.Pay is not a name that can be used here: expected a name of a-z, 0-9 and "-" that begins with a letter or a digit',
    ],
    [
      'a workspace by its address',
      `${web}slack: { workspaces: [acme.slack.com] }\n`,
      '3:23: slack.workspaces[0] is "acme.slack.com": expected the ID of a workspace (T…); open Slack in a browser: it stands in the address, https://app.slack.com/client/T…',
    ],
    [
      "a channel's name",
      service('channels: ["#incidents"]'),
      `4:57: services.shop.channels[0] is "#incidents": ${CHANNEL}; #incidents is a channel's name; ${FIND_CHANNEL}`,
    ],
    [
      'a direct message as channel',
      service('channels: [D012345]'),
      `4:57: services.shop.channels[0] is "D012345": ${CHANNEL}, and this is the ID of a direct message; ${FIND_CHANNEL}`,
    ],
    [
      'no channel at all',
      service('channels: []'),
      '4:56: services.shop.channels is an empty list: expected a list of channels, e.g. [C0INCIDENTS]; leave the field out for any channel',
    ],
    [
      'a channel twice',
      service('channels: [C0OPS, C0OPS]'),
      '4:64: services.shop.channels[1] is "C0OPS" again: list each channel once',
    ],
    [
      'a team that is misspelt',
      `${service('team: paymens')}teams: { payments: { roles: {} } }\n`,
      '4:52: services.shop.team is "paymens": there is no such team; did you mean payments?',
    ],
    [
      'a team where there is none',
      service('team: payments'),
      '4:52: services.shop.team is "payments": there is no such team; no team is defined',
    ],
  ])('is not %s, and the message says what to write', (_, text, problem) => {
    expect(problemsOf(text)[0]).toBe(`staunch.yml:${problem}`);
  });

  it('is told about a wrong name and what is wrong below it at once', () => {
    expect(problemsOf(`${web}teams: { Pay: { roles: { viewer: [ana] } } }\n`)).toHaveLength(2);
  });
});
