import { describe, expect, it } from 'vitest';
import type { Reminder } from '../../src/workflows/change-approvals.ts';
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
  const audited = async () =>
    (await state.audit.entries(0, 100)).map(e => `${e.kind} ${e.actor} ${e.body.reason ?? ''}`.trim());
  return { time, state, chat, servers, stage, audited };
}

const REMINDERS: readonly Reminder[] = [
  { afterMs: 5 * MINUTE, ask: ['S0LEADS'] },
  { afterMs: 10 * MINUTE, ask: ['S0BOSSES'] },
];

describe('consent to a change', () => {
  it('counts a click once, however often it is delivered', async () => {
    const { state, stage } = await aWorld();
    const id = await stage.proposed();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => stage.approve(id, 'U-ONE', 'one click')),
    );
    expect(answers.filter(a => 'ok' in a && a.ok)).toHaveLength(1);
    expect(answers.filter(a => 'duplicate' in a)).toHaveLength(19);
    expect(await state.remediations.approvals(id)).toHaveLength(1);
    expect((await state.remediations.find(id))?.state).toBe('open');
  });

  it('refuses the requester, who approved already and another plan, and writes each refusal down', async () => {
    const { stage, audited } = await aWorld();
    const id = await stage.proposed();
    const reasonOf = async (answer: ReturnType<ChangeStage['approve']>) => {
      const given = await answer;
      return 'refusal' in given ? given.refusal.reason : given;
    };
    expect(await reasonOf(stage.approve(id, 'U-ASKS'))).toBe('own-proposal');
    await stage.approve(id, 'U-ONE');
    expect(await reasonOf(stage.approve(id, 'U-ONE', 'another click'))).toBe('already-approved');
    const other = { proposalId: id, person: 'U-TWO', digest: 'f'.repeat(64), ownAllowed: false };
    expect(await reasonOf(stage.approvals.approve({ ...other, deliveryKey: 'x' }))).toBe('other-digest');
    expect((await audited()).filter(entry => entry.startsWith('refused'))).toEqual([
      'refused U-ASKS own-proposal',
      'refused U-ONE already-approved',
      'refused U-TWO other-digest',
    ]);
  });

  it('shows each approval on the card, and takes the buttons away with the last', async () => {
    const { time, chat, stage } = await aWorld();
    const id = await stage.proposed({ servers: ['web-1'] });
    await time.advance(SECOND);
    await stage.approve(id, 'U-ONE');
    await time.advance(2 * SECOND);
    expect(chat.shown[0]?.text).toBe('card open 1/2 web-1 waiting');
    await stage.approve(id, 'U-TWO');
    await time.advance(2 * SECOND);
    expect(chat.shown[0]?.text).toMatch(/^card applying 2\/2/);
  });

  it('of a plan that was replaced counts no more, and its card says so', async () => {
    const { time, chat, stage, servers } = await aWorld();
    const first = await stage.proposed({ maxRequests: 800 });
    await stage.approve(first, 'U-ONE');
    const second = await stage.proposed({ maxRequests: 900 });
    const late = await stage.approve(first, 'U-TWO');
    expect(late).toEqual({ ok: false, refusal: { reason: 'not-open', state: 'superseded' } });
    await time.advance(MINUTE);
    expect(chat.shown.map(s => s.text)).toEqual([
      'card superseded 1/2 web-1 waiting, web-2 waiting',
      'card open 0/2 web-1 waiting, web-2 waiting',
    ]);
    expect(servers.calls).toEqual([]);
    // The very same once more keeps what it has.
    await stage.approve(second, 'U-ONE', 'again');
    expect(await stage.proposed({ maxRequests: 900 }, { deliveryKey: 'once more' })).toBe(second);
    await time.advance(MINUTE);
    expect(chat.shown.map(s => s.text).at(-1)).toBe('card open 1/2 web-1 waiting, web-2 waiting');
  });

  it('ends with its time, and the card with it', async () => {
    const { time, chat, stage } = await aWorld();
    const id = await stage.proposed();
    await stage.approve(id, 'U-ONE');
    await time.advance(15 * MINUTE);
    await stage.approvals.tend(async () => []);
    await time.advance(2 * SECOND);
    expect(chat.shown[0]?.text).toMatch(/^card expired 1\/2/);
    expect(await stage.approve(id, 'U-TWO')).toMatchObject({ ok: false });
  });

  it('is asked for again, then of others, each once', async () => {
    const { time, chat, stage } = await aWorld();
    await stage.proposed();
    for (let minute = 0; minute < 14; minute++) {
      await stage.approvals.tend(async () => REMINDERS);
      await time.advance(MINUTE);
    }
    expect(chat.shown.map(s => s.text).slice(1)).toEqual(['reminder 1 S0LEADS', 'reminder 2 S0BOSSES']);
  });

  it('is not needed where the glass is broken, and everybody reads why', async () => {
    const { time, chat, stage, state, servers, audited } = await aWorld();
    const id = await stage.proposed({ servers: ['web-1'] });
    const { digest } = (await state.remediations.find(id))!;
    await stage.approvals.breakGlass({
      deliveryKey: 'g',
      proposalId: id,
      person: 'U-LONE',
      digest,
      reason: 'it burns',
    });
    await time.advance(12 * MINUTE);
    expect(servers.at('web-1').content).toBe('new');
    expect(chat.shown.map(s => s.text)).toContain('glass U-LONE it burns');
    expect(await audited()).toContain('break-glass U-LONE it burns');
  });

  it('counts for nothing while changes are stopped', async () => {
    const { stage, servers, time } = await aWorld();
    const id = await stage.proposed();
    await stage.approvals.flip({ deliveryKey: 's', person: 'U-ADMIN', reason: 'a migration', stop: true });
    expect(await stage.approve(id, 'U-ONE')).toMatchObject({
      ok: false,
      refusal: { reason: 'changes-stopped', by: 'U-ADMIN', why: 'a migration' },
    });
    await time.advance(MINUTE);
    expect(servers.calls).toEqual([]);
  });

  it('to what a person does is none of ours: it is marked as done, once, and reported on', async () => {
    const { time, chat, stage, state } = await aWorld();
    const id = await stage.proposed({ servers: [] });
    expect(await stage.approve(id, 'U-ONE')).toMatchObject({ refusal: { reason: 'by-hand' } });
    const mark = () =>
      stage.approvals.appliedByHand({
        deliveryKey: 'm',
        proposalId: id,
        person: 'U-DID',
        note: 'merged and deployed',
      });
    expect([await mark(), await mark()]).toMatchObject([{ ok: true }, { duplicate: true }]);
    await time.advance(2 * SECOND);
    expect(chat.shown[0]?.text).toMatch(/^card done/);
    expect(await state.remediations.dueOutcomes(time.nowMs() + 16 * MINUTE)).toHaveLength(1);
  });
});
