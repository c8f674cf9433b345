import { describe, expect, it } from 'vitest';
import type { Access, Action, Person, Place, RoleHolders, ServiceAccess } from '../../src/policy/access.ts';
import { refusalOf } from '../../src/policy/asking.ts';

/**
 * Who may do what where, as tables that people can check. They are multiplied out, and every product is asked.
 * A cell names the refusal; `yes` is none. The first refusal counts: of the person, then of the place, then of the
 * role, then of the service.
 */

// Rows: what the chat says a person is. Their own id has every role, so that nothing but this can refuse them.
const PEOPLE: Record<string, [Pick<Person, 'kind' | 'workspace'>, string]> = {
  'a member': [{ kind: 'member', workspace: 'TOWN' }, 'yes'],
  'a member of a workspace that is named': [{ kind: 'member', workspace: 'TSISTER' }, 'yes'],
  'a member of another workspace': [{ kind: 'member', workspace: 'TOTHER' }, 'other-workspace'],
  'a member of no known workspace': [{ kind: 'member', workspace: '' }, 'unknown-person'],
  'a guest': [{ kind: 'guest', workspace: 'TOWN' }, 'guest'],
  'a guest of a workspace that is named': [{ kind: 'guest', workspace: 'TSISTER' }, 'guest'],
  'a bot': [{ kind: 'bot', workspace: 'TOWN' }, 'bot'],
  'a deactivated account': [{ kind: 'deactivated', workspace: 'TOWN' }, 'deactivated'],
  'a stranger': [{ kind: 'stranger', workspace: 'TOTHER' }, 'stranger'],
  'a stranger of a workspace that is named': [{ kind: 'stranger', workspace: 'TSISTER' }, 'stranger'],
  'somebody unknown': [{ kind: 'unknown', workspace: 'TOWN' }, 'unknown-person'],
  'a kind that is not known yet': [{ kind: 'robot' as 'member', workspace: 'TOWN' }, 'unknown-person'],
};

// Rows: places. Columns: the place itself; then a service bound to C0BOUND, C0SHARED2 and G0BOUND, and one bound
// to nothing.
const PLACES: Record<string, [Place, string, string, string]> = {
  'a channel the service is bound to': [{ kind: 'channel', id: 'C0BOUND' }, 'yes', 'yes', 'yes'],
  'another channel': [{ kind: 'channel', id: 'C0ELSE' }, 'yes', 'service-elsewhere', 'yes'],
  'a private channel it is bound to': [{ kind: 'private-channel', id: 'G0BOUND' }, 'yes', 'yes', 'yes'],
  'another private channel': [{ kind: 'private-channel', id: 'G0ELSE' }, 'yes', 'service-elsewhere', 'yes'],
  'a direct message': [{ kind: 'direct-message', id: 'D0' }, 'yes', 'yes', 'yes'],
  'the App Home': [{ kind: 'home', id: '' }, 'yes', 'yes', 'yes'],
  'a group message': [
    { kind: 'group-message', id: 'G0GROUP' },
    'group-message',
    'group-message',
    'group-message',
  ],
  'a shared channel': [
    { kind: 'shared-channel', id: 'C0BOUND' },
    'shared-channel',
    'shared-channel',
    'shared-channel',
  ],
  'a shared channel that is allowed and bound': [
    { kind: 'shared-channel', id: 'C0SHARED2' },
    'yes',
    'yes',
    'service-not-shared',
  ],
  'a shared channel that is allowed': [
    { kind: 'shared-channel', id: 'C0SHARED1' },
    'yes',
    'service-elsewhere',
    'service-not-shared',
  ],
  'an unknown place': [{ kind: 'unknown', id: 'C0BOUND' }, 'unknown-place', 'unknown-place', 'unknown-place'],
  'a place that is not known yet': [
    { kind: 'canvas' as 'channel', id: 'C0BOUND' },
    'unknown-place',
    'unknown-place',
    'unknown-place',
  ],
};

// Rows: the role a person has. Columns: view, diagnose, approve, administer.
const ACTIONS = ['view', 'diagnose', 'approve', 'administer'] as const;
const DUTIES: Record<string, [boolean, boolean, boolean, boolean]> = {
  none: [false, false, false, false],
  viewer: [true, false, false, false],
  requester: [true, true, false, false],
  approver: [true, true, true, false],
  admin: [true, true, true, true],
};

const SERVICES: Record<string, ServiceAccess | undefined> = {
  'no service': undefined,
  'a bound service': { id: 'checkout', team: 'payments', channels: ['C0BOUND', 'G0BOUND', 'C0SHARED2'] },
  'an unbound service': { id: 'cart', team: 'payments', channels: [] },
};

// Where the role stands and how it is held. Columns: counts for a service of team payments, and before a service
// is chosen for view and diagnose, for approve and administer.
type Holding = { role: 'slack' | 'payments' | 'search'; by: 'id' | 'group'; groups: 'known' | 'unknown' };
const HOLDINGS: Record<string, [Holding, boolean, boolean, boolean]> = {
  'by id, over every service': [{ role: 'slack', by: 'id', groups: 'known' }, true, true, true],
  'by id, groups unknown': [{ role: 'slack', by: 'id', groups: 'unknown' }, true, true, true],
  'by group, over every service': [{ role: 'slack', by: 'group', groups: 'known' }, true, true, true],
  'by group, groups unknown': [{ role: 'slack', by: 'group', groups: 'unknown' }, false, false, false],
  'by id, of the team': [{ role: 'payments', by: 'id', groups: 'known' }, true, true, false],
  'by group, of the team': [{ role: 'payments', by: 'group', groups: 'known' }, true, true, false],
  'by group, of the team, groups unknown': [
    { role: 'payments', by: 'group', groups: 'unknown' },
    false,
    false,
    false,
  ],
  'by id, of another team': [{ role: 'search', by: 'id', groups: 'known' }, false, true, false],
  'by group, of another team': [{ role: 'search', by: 'group', groups: 'known' }, false, true, false],
};

const NOBODY_ELSE = ['viewer', 'requester', 'approver', 'admin'].map(
  role => [role, [`U0OTHER${role}`]] as [never, string[]],
);

function accessWith(role: string, { role: where, by }: Holding): Access {
  const holder = by === 'id' ? 'U0ANA' : 'S0ANAS';
  const roles = (scope: Holding['role']): RoleHolders =>
    new Map([
      ...NOBODY_ELSE.map(
        ([name, ids]) => [name, name === role && scope === where ? [...ids, holder] : ids] as const,
      ),
    ]);
  return {
    roles: roles('slack'),
    teams: new Map((['payments', 'search'] as const).map(id => [id, { id, roles: roles(id) }])),
    workspaces: ['TSISTER'],
    sharedChannels: ['C0SHARED1', 'C0SHARED2'],
  };
}

interface Case {
  readonly says: string;
  readonly who: Person;
  readonly where: Place;
  readonly what: Action;
  readonly service: ServiceAccess | undefined;
  readonly access: Access;
  readonly expected: string;
}

function* everyCase(): Generator<Case> {
  for (const [person, [{ kind, workspace }, personSays]] of Object.entries(PEOPLE))
    for (const [place, [where, none, bound, unbound]] of Object.entries(PLACES))
      for (const [serviceName, service] of Object.entries(SERVICES))
        for (const [role, duties] of Object.entries(DUTIES))
          for (const [held, [holding, forService, anyLooking, anyDeciding]] of Object.entries(HOLDINGS))
            for (const [column, what] of ACTIONS.entries()) {
              const counts = service ? forService : column < 2 ? anyLooking : anyDeciding;
              const roleSays = duties[column] && counts ? 'yes' : 'role';
              const placeSays = none;
              const serviceSays = { 'no service': none, 'a bound service': bound }[serviceName] ?? unbound;
              const expected =
                [personSays, placeSays, roleSays, serviceSays].find(word => word !== 'yes') ?? 'yes';
              const groups =
                holding.groups === 'unknown' ? undefined : holding.by === 'group' ? ['S0ANAS'] : [];
              yield {
                says: `${person}, ${place}, ${serviceName}, ${role} ${held}, ${what}`,
                who: { id: 'U0ANA', kind, workspace, groups },
                where,
                what,
                service,
                access: accessWith(role, holding),
                expected,
              };
            }
}

const ROLE_REASONS = ['role-missing', 'groups-unknown', 'nobody-configured'];

function answerTo({ who, where, what, service, access }: Case): string {
  const refusal = refusalOf({ who, where, what, ...(service && { service }), access, ownWorkspace: 'TOWN' });
  return refusal === undefined ? 'yes' : ROLE_REASONS.includes(refusal.reason) ? 'role' : refusal.reason;
}

describe('the role table', () => {
  const cases = [...everyCase()];

  it('holds in every product of person, place, service, role, holding and action', () => {
    expect(cases.length).toBe(12 * 12 * 3 * 5 * 9 * 4);
    const wrong = cases.filter(each => answerTo(each) !== each.expected);
    expect(wrong.slice(0, 5).map(each => `${each.says}: ${answerTo(each)}, not ${each.expected}`)).toEqual(
      [],
    );
  });

  it('allows something and refuses for every reason, so that the table says something', () => {
    const count = new Map<string, number>();
    for (const { expected } of cases) count.set(expected, (count.get(expected) ?? 0) + 1);
    expect([...count.keys()].toSorted()).toEqual([
      'bot',
      'deactivated',
      'group-message',
      'guest',
      'other-workspace',
      'role',
      'service-elsewhere',
      'service-not-shared',
      'shared-channel',
      'stranger',
      'unknown-person',
      'unknown-place',
      'yes',
    ]);
    expect(count.get('yes')).toBeGreaterThan(1_000);
  });

  it('refuses whatever is unknown, whoever asks for whatever with whatever role', () => {
    const unknown = cases.filter(({ says }) =>
      /unknown place|not known yet|somebody unknown|no known workspace/.test(says),
    );
    expect(unknown.length).toBeGreaterThan(10_000);
    expect(unknown.filter(each => answerTo(each) === 'yes')).toEqual([]);
  });

  it('allows nothing to anybody while staunch.yml names nobody', () => {
    const nobody: Access = { roles: new Map(), teams: new Map(), workspaces: [], sharedChannels: [] };
    expect(cases.filter(each => answerTo({ ...each, access: nobody }) === 'yes')).toEqual([]);
  });
});
