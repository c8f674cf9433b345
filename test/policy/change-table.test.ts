import { describe, expect, it } from 'vitest';
import { type Person, type Place, ROLES, type Role } from '../../src/policy/access.ts';
import {
  CHANGE_ACTIONS,
  type ChangeAction,
  type ChangeAsking,
  type ChangeRefusal,
  changeRefusal,
} from '../../src/policy/change-asking.ts';
import { changeRefusalWords } from '../../src/policy/change-refusal-words.ts';
import { USUAL_CHANGES } from '../../src/policy/change-rules.ts';
import { TIERS, type Tier } from '../../src/policy/tier.ts';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const FREEZE = { from: '2026-11-27 00:00', to: '2026-11-28 00:00', timeZone: 'UTC', reason: 'a launch' };
const access = {
  roles: new Map([
    ['viewer', ['U0VIEWER']],
    ['requester', ['U0REQUESTER']],
    ['approver', ['U0APPROVER']],
    ['admin', ['U0ADMIN']],
  ] as const),
  teams: new Map(),
  workspaces: [],
  sharedChannels: ['C0PARTNER'],
};
const service = { id: 'checkout', channels: ['C0INCIDENTS', 'C0PARTNER'] };
const PLACES: readonly Place[] = [
  { id: 'C0INCIDENTS', kind: 'channel' },
  { id: 'C0INCIDENTS', kind: 'private-channel' },
  { id: 'C0PARTNER', kind: 'shared-channel' },
  { id: 'C0FOREIGN', kind: 'shared-channel' },
  { id: 'C0OTHER', kind: 'channel' },
  { id: 'D0ME', kind: 'direct-message' },
  { id: 'G0SOME', kind: 'group-message' },
  { id: 'home', kind: 'home' },
  { id: '', kind: 'unknown' },
];

interface Cell {
  readonly role: Role | 'none';
  readonly action: ChangeAction;
  readonly own: boolean;
  readonly place: Place;
  readonly tier: Tier;
  readonly frozen: boolean;
  readonly holder: boolean;
}

/** The rule book, written down a second time as plain conditions: true when it is allowed. */
function allowed({ role, action, own, place, tier, frozen, holder }: Cell): boolean {
  const rank = ROLES.indexOf(role as Role);
  const seen = place.id === 'C0INCIDENTS' || place.id === 'C0PARTNER' || place.kind === 'home';
  if (!seen) return false;
  switch (action) {
    case 'propose':
      return rank >= 1;
    case 'approve':
      return rank >= 2 && !frozen && (!own || tier === 'development');
    case 'reject':
      return own ? rank >= 1 : rank >= 2;
    case 'break-glass':
      return rank >= 1 && holder;
    case 'stop-changes':
    case 'allow-changes':
      return rank >= 3;
  }
}

const cells: Cell[] = [];
for (const role of ['none', ...ROLES] as const)
  for (const action of CHANGE_ACTIONS)
    for (const own of [true, false])
      for (const place of PLACES)
        for (const tier of TIERS)
          for (const frozen of [true, false])
            for (const holder of [true, false])
              cells.push({ role, action, own, place, tier, frozen, holder });

const person = (role: Role | 'none', more: Partial<Person> = {}): Person => ({
  id: `U0${role.toUpperCase()}`,
  workspace: 'T0HOME',
  kind: 'member',
  groups: [],
  ...more,
});

function asking({ role, action, own, place, tier, frozen, holder }: Cell, who = person(role)): ChangeAsking {
  return {
    who,
    where: place,
    what: action,
    service,
    access,
    ownWorkspace: 'T0HOME',
    nowMs: NOW,
    change: {
      tier,
      requester: own ? who.id : 'U0SOMEBODY',
      rules: {
        ...USUAL_CHANGES,
        ownApproval: ['development'],
        freezes: frozen ? [FREEZE] : [],
        breakGlass: holder ? [who.id] : ['U0CAPTAIN'],
      },
    },
  };
}

const WELL: Cell = {
  role: 'admin',
  action: 'approve',
  own: false,
  place: PLACES[0]!,
  tier: 'production',
  frozen: false,
  holder: true,
};

describe('who may decide about a change', () => {
  it('is exactly as in the table: role, action, own or not, channel, tier, freeze, holder', () => {
    // The kill switch is no affair of one service: any channel that is not shared will do.
    const wrong = cells
      .filter(cell => !(cell.action.endsWith('-changes') && cell.place.id === 'C0OTHER'))
      .filter(cell => (changeRefusal(asking(cell)) === undefined) !== allowed(cell));
    expect(cells.length).toBe(5 * 6 * 2 * 9 * 3 * 2 * 2);
    expect(wrong).toEqual([]);
  });

  it('never is a guest, a bot, a stranger, or somebody of whom nothing is known', () => {
    for (const kind of ['guest', 'bot', 'deactivated', 'stranger', 'unknown'] as const)
      for (const action of CHANGE_ACTIONS) {
        const refusal = changeRefusal(asking({ ...WELL, action }, person('admin', { kind })));
        expect(refusal?.reason).toMatch(/guest|bot|deactivated|stranger|unknown-person/);
      }
  });

  it('is nobody at all while nobody is named', () => {
    const empty = { ...access, roles: new Map() };
    for (const action of CHANGE_ACTIONS)
      expect(changeRefusal({ ...asking({ ...WELL, action }), access: empty })?.reason).toBe(
        'nobody-configured',
      );
  });

  it('never is the requester on production, whatever staunch.yml says', () => {
    const own = asking({ ...WELL, own: true });
    const rules = { ...own.change!.rules, ownApproval: TIERS };
    expect(changeRefusal({ ...own, change: { ...own.change!, rules } })).toEqual({
      reason: 'own-change',
      tier: 'production',
    });
  });

  it('is denied what it does not name', () => {
    const { change: _, ...noChange } = asking(WELL);
    const { service: __, ...noService } = asking(WELL);
    expect(changeRefusal(noChange)?.reason).toBe('unknown-action');
    expect(changeRefusal(noService)?.reason).toBe('unknown-action');
    expect(changeRefusal({ ...asking(WELL), what: 'erase' as ChangeAction })?.reason).toBe('unknown-action');
  });

  it('holds the break-glass by group too, and not while groups are unknown', () => {
    const cell = { ...WELL, action: 'break-glass' } as const;
    const of = (groups: readonly string[] | undefined, breakGlass = ['S0CAPTAINS']) => {
      const given = asking(cell, person('admin', { groups }));
      return changeRefusal({
        ...given,
        change: { ...given.change!, rules: { ...USUAL_CHANGES, breakGlass } },
      })?.reason;
    };
    expect(of(['S0CAPTAINS'])).toBeUndefined();
    expect(of([])).toBe('not-break-glass');
    expect(of(undefined)).toBe('groups-unknown');
    expect(of(['S0CAPTAINS'], [])).toBe('nobody-breaks-glass');
  });

  it.each<[ChangeRefusal, string]>([
    [
      { reason: 'in-private' },
      'Changes are proposed and decided where others see it. Do it in the channel of the service.',
    ],
    [
      { reason: 'own-change', tier: 'production' },
      'You asked for this change, and on production somebody else must approve it. Ask a second approver.',
    ],
    [
      { reason: 'freeze', freeze: FREEZE },
      'Nothing is changed now: a freeze until 2026-11-28 00:00 (UTC), "a launch". Ask again afterwards; whoever stands under changes.breakGlass in staunch.yml can apply it meanwhile, with a reason that everybody reads.',
    ],
    [
      { reason: 'not-break-glass', holders: ['U0CAPTAIN'], person: 'U0ADMIN' },
      'Only some people may apply a change without approvals, and you are not among them. Ask @captain.',
    ],
    [{ reason: 'bot' }, 'Staunch answers people only, no bots and no workflows. Ask for it yourself.'],
  ])('$reason is told in words', (refusal, words) => {
    expect(changeRefusalWords(refusal, id => (id === 'U0CAPTAIN' ? '@captain' : undefined))).toBe(words);
  });
});
