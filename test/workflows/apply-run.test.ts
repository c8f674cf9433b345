import { describe, expect, it } from 'vitest';
import { ChangeStage, MINUTE, SECOND } from './change-stage.ts';
import { aState } from './chat-stage.ts';
import { FakeTime } from './fake-time.ts';
import { ScriptedServers } from './scripted-servers.ts';
import { WrittenChat } from './written-chat.ts';

async function aWorld() {
  const time = new FakeTime();
  const state = await aState(time);
  const chat = new WrittenChat(time);
  const servers = new ScriptedServers(time);
  const stage = new ChangeStage(state, time, { chat, operator: servers });
  const steps = async (id: string) => (await state.remediations.steps(id)).map(s => `${s.server} ${s.state}`);
  const proposal = (id: string) => state.remediations.find(id);
  return { time, state, chat, servers, stage, steps, proposal };
}

describe('a change that is approved', () => {
  it('is checked, written, verified, confirmed and watched on one server, then on the next', async () => {
    const { time, chat, servers, stage, steps, proposal } = await aWorld();
    const id = await stage.approved();
    await time.advance(5 * SECOND);
    expect(await steps(id)).toEqual(['web-1 watching', 'web-2 waiting']);
    expect(servers.at('web-2').written).toBe(0);
    await time.advance(11 * MINUTE);
    expect(await steps(id)).toEqual(['web-1 done', 'web-2 watching']);
    await time.advance(11 * MINUTE);
    expect((await proposal(id))?.state).toBe('done');
    expect([servers.at('web-1'), servers.at('web-2')].map(s => [s.content, s.written, s.takenBack])).toEqual([
      ['new', 1, 0],
      ['new', 1, 0],
    ]);
    expect(chat.shown.map(s => s.text)).toEqual([
      'card done 2/2 web-1 done, web-2 done',
      'progress done 2/2 web-1 done, web-2 done',
      'ended done: Applied and verified on web-1, web-2.',
    ]);
    // The card is the root of an incident of its own, and everything else is in its thread.
    expect(chat.shown.slice(1).every(s => s.threadTs === chat.shown[0]?.ts)).toBe(true);
    expect(stage.logged).toEqual([]);
  });

  it('is taken back when it gets worse while it is watched, and the other servers are not begun', async () => {
    const { time, chat, servers, stage, steps, proposal } = await aWorld();
    const id = await stage.approved();
    stage.judge = (_, phase) =>
      phase === 'verifying'
        ? { verdict: 'verified', because: 'all is well' }
        : { verdict: 'regressed', because: '12 of 300 requests ended with 502 since.' };
    await time.advance(MINUTE);
    expect(await steps(id)).toEqual(['web-1 rolled-back', 'web-2 skipped']);
    expect(servers.at('web-1').content).toBe('old');
    expect((await proposal(id))?.state).toBe('rolled-back');
    expect(chat.shown.at(-1)?.text).toBe(
      'ended rolled-back: On web-1 it was taken back: 12 of 300 requests ended with 502 since. Not begun on web-2.',
    );
  });

  it('is taken back by us before the server does it, when nothing proves it in time', async () => {
    const { time, servers, stage, steps } = await aWorld();
    const id = await stage.approved({ servers: ['web-1'] });
    stage.judge = () => ({ verdict: 'not-yet', because: '2 of 4 workers are old.' });
    await time.advance(4 * MINUTE);
    expect(await steps(id)).toEqual(['web-1 reloaded']);
    await time.advance(MINUTE);
    expect(await steps(id)).toEqual(['web-1 rolled-back']);
    expect(servers.at('web-1').takenBack).toBe(1);
    expect(servers.calls).toContain('rollback web-1');
  });

  it.each([
    ['stale', 'stale', 'web-1 is stale. Nothing was written: propose it anew.'],
    ['not-reached', 'failed', 'web-1 did not answer Nothing was written.'],
  ] as const)('writes nothing where the server is %s', async (fate, ends, detail) => {
    const { time, servers, stage, state, proposal } = await aWorld();
    servers.fate = () => fate;
    const id = await stage.approved();
    await time.advance(MINUTE);
    expect((await state.remediations.steps(id)).map(s => [s.state, s.detail])).toEqual([
      [ends, detail],
      ['skipped', 'not begun: a server before it ended badly'],
    ]);
    expect((await proposal(id))?.state).toBe(ends);
    expect(servers.at('web-1').written).toBe(0);
  });

  it('ends as the server says when the service did not survive it', async () => {
    const { time, servers, stage, proposal } = await aWorld();
    servers.fate = verb => (verb === 'apply' ? 'breaks' : 'fine');
    const id = await stage.approved();
    await time.advance(MINUTE);
    expect(await proposal(id)).toMatchObject({ state: 'rolled-back' });
    expect((await proposal(id))?.detail).toMatch(/the main process ended; the old files are back/);
  });

  it('waits while changes are stopped, and goes on when they are allowed again', async () => {
    const { time, servers, stage, steps } = await aWorld();
    const id = await stage.approved();
    await time.advance(5 * SECOND);
    await stage.approvals.flip({ deliveryKey: 's', person: 'U-ADMIN', reason: 'a migration', stop: true });
    await time.advance(12 * MINUTE);
    expect(await steps(id)).toEqual(['web-1 done', 'web-2 waiting']);
    await stage.approvals.flip({ deliveryKey: 'a', person: 'U-ADMIN', reason: 'it is over', stop: false });
    await time.advance(12 * MINUTE);
    expect(await steps(id)).toEqual(['web-1 done', 'web-2 done']);
    expect(servers.at('web-2').written).toBe(1);
  });
});

describe('a server that cannot be asked', () => {
  it.each([['unheard'], ['lost']] as const)(
    'is not known while it is away after an answer that was %s, and known 60 s after',
    async fate => {
      const { time, servers, stage, steps, proposal } = await aWorld();
      let away = false;
      servers.fate = verb => {
        if (away) return 'not-reached';
        if (verb !== 'apply') return 'fine';
        away = true;
        return fate;
      };
      const id = await stage.approved({ servers: ['web-1'] });
      await time.advance(2 * MINUTE);
      expect(await steps(id)).toEqual(['web-1 unknown']);
      expect((await proposal(id))?.state).toBe('applying');
      away = false;
      servers.fate = () => 'fine';
      await time.advance(MINUTE);
      // What never arrived is not sent once more: the approval is not carried out late.
      expect(await steps(id)).toEqual([fate === 'unheard' ? 'web-1 watching' : 'web-1 failed']);
      expect(servers.at('web-1').content).toBe(fate === 'unheard' ? 'new' : 'old');
    },
  );

  it('takes the change back by itself when it stays away too long, and that is told', async () => {
    const { time, servers, stage, steps } = await aWorld();
    servers.fate = verb => (verb === 'check' || verb === 'apply' ? 'fine' : 'not-reached');
    const id = await stage.approved({ servers: ['web-1'] });
    await time.advance(20 * MINUTE);
    expect(await steps(id)).toEqual(['web-1 unknown']);
    servers.fate = () => 'fine';
    await time.advance(MINUTE);
    expect(await steps(id)).toEqual(['web-1 rolled-back']);
    expect(servers.at('web-1').content).toBe('old');
  });
});

describe('a Slack that takes nothing', () => {
  it('does not hold up a change, and hears of it when it is back', async () => {
    const { time, chat, servers, stage, proposal } = await aWorld();
    chat.fate = () => ({ kind: 'broken' });
    const id = await stage.approved({ servers: ['web-1'] });
    await time.advance(12 * MINUTE);
    expect((await proposal(id))?.state).toBe('done');
    expect(servers.at('web-1').content).toBe('new');
    expect(chat.shown).toEqual([]);
    chat.fate = () => ({ kind: 'fine' });
    await time.advance(2 * MINUTE);
    expect(chat.shown.map(s => s.text)).toEqual([
      'card done 2/2 web-1 done',
      'progress done 2/2 web-1 done',
      'ended done: Applied and verified on web-1.',
    ]);
    expect(chat.trespasses).toEqual([]);
  });
});
