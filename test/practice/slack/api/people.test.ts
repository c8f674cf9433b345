import { describe, expect, it } from 'vitest';
import { practised } from './practised-calls.ts';

const info = (user: string) => practised().call('users.info', { user }).user as Record<string, unknown>;

describe('users.info', () => {
  it('tells who a member is and where', () => {
    expect(info('UANA')).toMatchObject({
      id: 'UANA',
      team_id: 'T1',
      name: 'ana',
      real_name: 'Ana Lima',
      deleted: false,
      is_bot: false,
      is_restricted: false,
      is_ultra_restricted: false,
      tz: 'Europe/Lisbon',
      tz_label: 'Western European Standard Time',
      tz_offset: 0,
      profile: { real_name: 'Ana Lima', display_name: 'ana' },
    });
  });

  it.each([
    ['a guest of one channel', 'UGUS', { is_restricted: true, is_ultra_restricted: true, tz_offset: 19_800 }],
    ['a bot', 'UBOT', { is_bot: true }],
    ['the app itself', 'U0PRACTICEBOT', { is_bot: true, profile: { bot_id: 'B0PRACTICE' } }],
    ['a person of another company', 'UEXT', { is_stranger: true, team_id: 'T2', tz_offset: -18_000 }],
    ['a person who left', 'UOLD', { deleted: true }],
  ])('marks %s', (_who, id, fields) => {
    expect(info(id)).toMatchObject(fields);
  });

  it('calls nobody of the workspace a stranger, and tells no time zone of who left', () => {
    expect(info('UANA')).not.toHaveProperty('is_stranger');
    expect(info('UOLD')).not.toHaveProperty('tz');
  });

  it('refuses a person who is not there', () => {
    expect(practised().call('users.info', { user: 'UNONE' })).toMatchObject({ error: 'user_not_found' });
    expect(practised().call('users.info')).toMatchObject({ error: 'invalid_arguments' });
  });
});

describe('users.list', () => {
  it("lists the workspace's own people page by page", () => {
    const { call } = practised();
    const ids: unknown[] = [];
    let cursor = '';
    let pages = 0;
    do {
      const answer = call('users.list', { limit: '2', cursor });
      ids.push(...(answer.members as { id: string }[]).map(({ id }) => id));
      cursor = (answer.response_metadata as { next_cursor: string }).next_cursor;
      pages += 1;
    } while (cursor !== '' && pages < 9);
    expect(ids).toEqual(['UANA', 'UGUS', 'UBOT', 'UOLD', 'U0PRACTICEBOT']);
    expect(pages).toBe(3);
  });

  it.each([
    [{ limit: 1_001 }, 'invalid_limit'],
    [{ limit: 'all' }, 'invalid_limit'],
    [{ cursor: 'nonsense' }, 'invalid_cursor'],
    [{ cursor: Buffer.from('from:99').toString('base64') }, 'invalid_cursor'],
  ])('refuses %o', (args, error) => {
    expect(practised().call('users.list', args)).toMatchObject({ ok: false, error });
  });
});

describe('user groups', () => {
  it('are listed with their people only when asked', () => {
    const { call } = practised();
    const [group] = call('usergroups.list').usergroups as object[];
    expect(group).toMatchObject({ id: 'SOPS', handle: 'ops', name: 'Operations', team_id: 'T1' });
    expect(group).not.toHaveProperty('users');
    expect(call('usergroups.list', { include_users: 'true', include_count: true })).toMatchObject({
      usergroups: [{ users: ['UANA'], user_count: 1 }],
    });
  });

  it('have no members who left', () => {
    const { call } = practised();
    expect(call('usergroups.users.list', { usergroup: 'SOPS' })).toEqual({ ok: true, users: ['UANA'] });
    expect(call('usergroups.users.list', { usergroup: 'S0' })).toMatchObject({ error: 'no_such_subteam' });
    expect(call('usergroups.users.list')).toMatchObject({ error: 'invalid_arguments' });
  });
});
