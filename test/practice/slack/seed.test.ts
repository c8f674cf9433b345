import { describe, expect, it } from 'vitest';
import { PRACTICE_IDS, PRACTICE_SEED } from '../../../practice/slack/seed.ts';

describe('the workspace for practice', () => {
  it('has ids that a configuration may name', () => {
    const { users, groups, channels } = PRACTICE_IDS;
    for (const [pattern, ids] of [
      [/^U[A-Z0-9]+$/, users],
      [/^S[A-Z0-9]+$/, groups],
      [/^C[A-Z0-9]+$/, channels],
    ] as const) {
      for (const id of Object.values(ids)) expect(id).toMatch(pattern);
    }
  });

  it('has a seed for each id, and only known people in channels and groups', () => {
    const ids = (list: readonly { readonly id: string }[]) => list.map(each => each.id).sort();
    expect(ids(PRACTICE_SEED.users)).toEqual(Object.values(PRACTICE_IDS.users).sort());
    expect(ids(PRACTICE_SEED.userGroups)).toEqual(Object.values(PRACTICE_IDS.groups).sort());
    expect(ids(PRACTICE_SEED.channels)).toEqual(Object.values(PRACTICE_IDS.channels).sort());
    const people = new Set(ids(PRACTICE_SEED.users));
    const named = [
      ...PRACTICE_SEED.channels.flatMap(channel => channel.members),
      ...PRACTICE_SEED.userGroups.flatMap(group => group.users),
    ];
    expect(named.filter(id => !people.has(id))).toEqual([]);
  });

  it('lets the stranger into the shared channel only, and the app not everywhere', () => {
    const of = (id: string) => PRACTICE_SEED.channels.filter(channel => channel.members.includes(id));
    expect(of(PRACTICE_IDS.users.xenia).map(channel => channel.kind)).toEqual(['shared-channel']);
    const without = PRACTICE_SEED.channels.filter(channel => !channel.botIsMember);
    expect(without.map(channel => channel.name)).toEqual(['random']);
  });
});
