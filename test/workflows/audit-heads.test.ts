import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedState, openState } from '../../src/adapters/state/open-state.ts';
import { AuditHeads, type HeadToTell } from '../../src/workflows/audit-heads.ts';

const START_MS = Date.UTC(2026, 10, 20, 2, 20);
const HOUR_MS = 3_600_000;

describe('the head of the audit', () => {
  let folder = '';
  let nowMs = START_MS;
  let channel: string | undefined = 'C0ADMINS';
  let down = false;
  let state: OpenedState;
  let posted: HeadToTell[] = [];
  let logged: string[] = [];
  const clock = { nowMs: () => nowMs };
  const heads = () => {
    const log = (text: string) => (fields: object, words: string) =>
      void logged.push(`${text} ${words} ${JSON.stringify(fields)}`);
    return new AuditHeads({
      ...{ state, clock, log: { info: log('info'), warn: log('warn'), error: log('error') } },
      channel: async () => channel,
      async post(_, head) {
        if (down) return { ok: false, reason: 'not_in_channel' };
        posted.push(head);
        return { ok: true };
      },
    });
  };
  const decide = () => state.audit.append({ atMs: nowMs, kind: 'refused', actor: 'U1', body: {} });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'staunch-heads-'));
    nowMs = START_MS;
    channel = 'C0ADMINS';
    down = false;
    [posted, logged] = [[], []];
    state = await openState(folder, { clock });
  });
  afterEach(async () => {
    await state.close();
    await rm(folder, { recursive: true });
  });

  it('is told once a day, and only when something was decided', async () => {
    expect(await heads().tellDue()).toBe(false);
    await decide();
    const last = await decide();
    for (let hour = 0; hour < 72; hour += 1) {
      if (hour === 30) await decide();
      await heads().tellDue();
      nowMs += HOUR_MS;
    }
    expect(posted).toEqual([
      { sequence: 2, hash: last.hash, added: 2 },
      { sequence: 4, hash: expect.any(String), added: 1 },
    ]);
    expect((await state.audit.entries(1, 10)).map(({ kind }) => kind)).toEqual([
      ...['refused', 'refused', 'head-told', 'refused', 'head-told'],
    ]);
    expect(logged[0]).toBe(`info head of the audit {"head":"2:${last.hash}","added":2}`);
  });

  it('is told by one of two processes that look at the same hour', async () => {
    await decide();
    const told = await Promise.all([heads().tellDue(), heads().tellDue()]);
    expect(told.toSorted()).toEqual([false, true]);
    expect(posted).toHaveLength(1);
  });

  it('that could not be posted is in the log, and posted an hour later', async () => {
    await decide();
    down = true;
    expect(await heads().tellDue()).toBe(false);
    expect(logged.join('\n')).toMatch(/head of the audit .*\n.*could not be posted .*not_in_channel/);
    down = false;
    expect(await heads().tellDue()).toBe(false);
    nowMs += HOUR_MS;
    expect(await heads().tellDue()).toBe(true);
    expect(posted).toMatchObject([{ sequence: 1 }]);
  });

  it('is in the log alone where no channel is named', async () => {
    channel = undefined;
    await decide();
    expect(await heads().tellDue()).toBe(true);
    expect(posted).toEqual([]);
    expect(await state.audit.lastOf('head-told')).toMatchObject({ body: { sequence: 1 } });
  });
});
