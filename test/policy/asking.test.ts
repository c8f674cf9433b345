import { describe, expect, it } from 'vitest';
import type { Access, Person, Place, ServiceAccess } from '../../src/policy/access.ts';
import { type Asking, channelService, refusalOf, servicesFor } from '../../src/policy/asking.ts';

const ana: Person = { id: 'U0ANA', workspace: 'TOWN', kind: 'member', groups: [] };
const general: Place = { id: 'C0GENERAL', kind: 'channel' };
const home: Place = { id: '', kind: 'home' };
const checkout: ServiceAccess = { id: 'checkout', team: 'payments', channels: ['C0INCIDENTS'] };
const cart: ServiceAccess = { id: 'cart', channels: [] };
const search: ServiceAccess = { id: 'search', team: 'search', channels: ['C0SEARCH', 'C0INCIDENTS'] };

const access: Access = {
  roles: new Map([
    ['viewer', ['S0ENGINEERS']],
    ['requester', ['S0ONCALL', 'U0BEN']],
    ['admin', ['U0CAY']],
  ]),
  teams: new Map([['payments', { id: 'payments', roles: new Map([['requester', ['U0ANA']]]) }]]),
  workspaces: [],
  sharedChannels: ['C0PARTNER'],
};
const ask = (over: Partial<Asking>) =>
  refusalOf({ who: ana, where: home, what: 'diagnose', access, ownWorkspace: 'TOWN', ...over });

describe('a refusal', () => {
  it('says which role is needed, which one there is, and who has one that would do', () => {
    const who = { ...ana, id: 'U0DEE', groups: ['S0ENGINEERS'] };
    expect(ask({ who, service: cart })).toEqual({
      reason: 'role-missing',
      needed: 'requester',
      has: 'viewer',
      holders: ['S0ONCALL', 'U0BEN', 'U0CAY'],
      person: 'U0DEE',
      service: 'cart',
    });
    expect(ask({ who: { ...who, groups: [] }, service: checkout })).toEqual({
      reason: 'role-missing',
      needed: 'requester',
      holders: ['S0ONCALL', 'U0BEN', 'U0CAY', 'U0ANA'],
      person: 'U0DEE',
      service: 'checkout',
      team: 'payments',
    });
  });

  it.each([
    ['a group could have shown the role', 'diagnose', { reason: 'groups-unknown', needed: 'requester' }],
    [
      'people alone hold the role, so the groups do not matter',
      'administer',
      { reason: 'role-missing', needed: 'admin', holders: ['U0CAY'], person: 'U0DEE' },
    ],
  ] as const)('does not blame a failed lookup of groups wrongly: %s', (_, what, refusal) => {
    expect(ask({ who: { ...ana, id: 'U0DEE', groups: undefined }, what })).toEqual(refusal);
  });

  it('says when nobody has a role that would do, and where one could be given', () => {
    const roles = new Map([['viewer', ['U0ANA']]] as const);
    expect(ask({ access: { ...access, roles }, service: search })).toEqual({
      reason: 'nobody-configured',
      needed: 'requester',
      person: 'U0ANA',
    });
    const teams = new Map([['payments', { id: 'payments', roles: new Map() }]]);
    expect(ask({ access: { ...access, roles, teams }, service: checkout })).toEqual({
      reason: 'nobody-configured',
      needed: 'requester',
      person: 'U0ANA',
      team: 'payments',
    });
  });

  it('names the channels of a service only to those whose role shows them the service', () => {
    expect(ask({ service: checkout, where: general })).toEqual({
      reason: 'service-elsewhere',
      service: 'checkout',
      channels: ['C0INCIDENTS'],
    });
    expect(ask({ who: { ...ana, id: 'U0DEE' }, service: checkout, where: general })?.reason).toBe(
      'role-missing',
    );
  });

  it('keeps the roles of a team that is not defined to those over every service', () => {
    const orphan = { id: 'orphan', team: 'nowhere', channels: [] };
    expect(ask({ service: orphan })?.reason).toBe('role-missing');
    expect(ask({ service: orphan, who: { ...ana, id: 'U0BEN' } })).toBeUndefined();
  });

  it.each(['unheard-of', 'constructor', ''])('refuses the action "%s", which nobody defined', what => {
    expect(ask({ who: { ...ana, id: 'U0CAY' }, what: what as 'view' })).toEqual({ reason: 'unknown-action' });
  });

  it('is not talked round by a person, workspace or app without an id', () => {
    expect(ask({ who: { ...ana, workspace: '' }, ownWorkspace: '' })).toEqual({ reason: 'unknown-person' });
    const holey = { ...access, roles: new Map([['admin', ['']]] as const) };
    expect(ask({ who: { ...ana, id: '' }, access: holey })).toEqual({ reason: 'unknown-person' });
  });
});

describe('the services in a list', () => {
  const all = [checkout, cart, search];
  const inPlace = (who: Person, where: Place, what: 'view' | 'diagnose' = 'diagnose') =>
    servicesFor({ who, where, what, access, ownWorkspace: 'TOWN' }, all).map(({ id }) => id);

  it.each([
    ['in the App Home, those of their own team', ana, home, ['checkout']],
    ['in a channel, those that may be spoken of there', { ...ana, id: 'U0BEN' }, general, ['cart']],
    [
      'in a channel with services of its own, these and the unbound ones',
      { ...ana, id: 'U0BEN' },
      { id: 'C0INCIDENTS', kind: 'channel' },
      ['checkout', 'cart', 'search'],
    ],
    [
      'in an allowed shared channel, none that does not name it',
      { ...ana, id: 'U0BEN' },
      { id: 'C0PARTNER', kind: 'shared-channel' },
      [],
    ],
    ['for a guest, none', { ...ana, kind: 'guest' }, home, []],
    ['for somebody unknown, none', { ...ana, kind: 'unknown' }, home, []],
  ] as const)('are %s', (_, who, where, ids) => {
    expect(inPlace(who, where)).toEqual(ids);
  });

  it('are more to look at than to ask for, for a viewer', () => {
    const viewer = { ...ana, id: 'U0DEE', groups: ['S0ENGINEERS'] };
    expect([inPlace(viewer, home, 'view'), inPlace(viewer, home)]).toEqual([
      ['checkout', 'cart', 'search'],
      [],
    ]);
  });

  it.each([
    ['the only one bound to the channel', 'C0SEARCH', 'search'],
    ['none where two are bound', 'C0INCIDENTS', undefined],
    ['none where none is bound, though one is bound to nothing', 'C0GENERAL', undefined],
    ['none where there is no channel', '', undefined],
  ])('have one that is meant without a name: %s', (_, channel, id) => {
    expect(channelService(channel, all)?.id).toBe(id);
  });
});
