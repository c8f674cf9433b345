import { describe, expect, it } from 'vitest';
import { aProposal } from '../adapters/state/remediation/changes.ts';
import { anIncidentStage } from './incident-stage.ts';

const MINUTE_MS = 60_000;
const act = (deliveryKey: string, incidentId: string) => ({ deliveryKey, incidentId, person: 'U1' });

describe('an incident', () => {
  it('takes up whatever is asked of its service while it is open', async () => {
    const stage = await anIncidentStage();
    await stage.diagnosed();
    const again = await stage.diagnosed();
    expect(again).toMatchObject({ run: { number: 2 }, joined: { number: 1 } });
    expect(await stage.state.standings.recent(10)).toHaveLength(1);
    expect(stage.chat.shown.filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
  });

  it.each([
    ['of another service', { service: 'cart' }],
    ['in another channel', { channel: 'C2' }],
    ['in a thread of people', { threadTs: '9.9' }],
    ['of another time', { joins: false }],
  ])('leaves a question %s to an incident of its own', async (_, change) => {
    const stage = await anIncidentStage();
    await stage.diagnosed();
    await stage.diagnosed(change);
    expect(await stage.state.standings.recent(10)).toHaveLength(2);
  });

  it('says that a diagnosis of it runs, rather than to begin another one', async () => {
    const stage = await anIncidentStage();
    const asking = stage.runs.ask({
      deliveryKey: 'a',
      service: 'checkout',
      workspace: 'T1',
      channel: 'C1',
      askedBy: 'U1',
      timeZone: 'UTC',
      joins: true,
      window: { fromMs: 0, toMs: stage.time.nowMs() },
    });
    await asking;
    const second = await stage.runs.ask({
      deliveryKey: 'b',
      service: 'checkout',
      workspace: 'T1',
      channel: 'C1',
      askedBy: 'U2',
      timeZone: 'UTC',
      joins: true,
      window: { fromMs: 0, toMs: stage.time.nowMs() },
    });
    expect(second).toMatchObject({ running: true, joined: { number: 1 } });
    await stage.settled();
  });

  it('is opened again by a relapse within half an hour, and later there is another one', async () => {
    const stage = await anIncidentStage();
    await stage.diagnosed();
    const { incident } = await stage.standing();
    await stage.desk.resolve({ ...act('r1', incident.id), reason: 'it was the cache' });
    await stage.time.advance(20 * MINUTE_MS);
    await stage.diagnosed({ askedBy: 'staunch', because: 'The kernel killed a process.', origin: 'watch' });
    expect(await stage.standing()).toMatchObject({ number: 1, state: 'investigating' });
    expect(stage.said()).toContain('open again: The kernel killed a process.');
    await stage.desk.resolve({ ...act('r2', incident.id), reason: 'really' });
    await stage.time.advance(31 * MINUTE_MS);
    await stage.diagnosed({ origin: 'watch' });
    expect(await stage.standing()).toMatchObject({ number: 2, origin: 'watch' });
  });

  it('begins its steps anew when it is opened again, on a card of its own', async () => {
    const stage = await anIncidentStage();
    await stage.diagnosed();
    const { incident, card } = await stage.standing();
    await stage.desk.answer({ ...act('a', incident.id), card: card?.number ?? 0, said: { how: 'done' } });
    const second = (await stage.standing()).card;
    expect(second?.step?.id).not.toBe(card?.step?.id);
    await stage.desk.reopen({ ...act('b', incident.id), because: '502s came back' });
    await stage.settled();
    const third = (await stage.standing()).card;
    expect(third).toMatchObject({ number: 3, step: { id: card?.step?.id } });
    expect(stage.cards()).toEqual([
      `past ${card?.step?.id}: done`,
      `past ${second?.step?.id}: overtaken`,
      `card 3: ${third?.step?.id}`,
    ]);
  });
});

describe('a next-step card', () => {
  it('is the only one that counts: an older one, a double press and a resolved incident change nothing', async () => {
    const stage = await anIncidentStage();
    await stage.diagnosed();
    const { incident } = await stage.standing();
    const press = (deliveryKey: string, card: number) =>
      stage.desk.answer({ ...act(deliveryKey, incident.id), card, said: { how: 'done' } });
    expect(await press('a', 1)).toMatchObject({ ok: true });
    expect(await press('a', 1)).toEqual({ ok: false, why: 'duplicate' });
    expect(await press('b', 1)).toEqual({ ok: false, why: 'stale' });
    await stage.desk.resolve({ ...act('r', incident.id), reason: 'over' });
    expect(await press('c', 2)).toEqual({ ok: false, why: 'stale' });
    expect(await press('d', 99)).toEqual({ ok: false, why: 'stale' });
    const entries = await stage.state.standings.entries(incident.id);
    expect(entries.map(({ kind }) => kind)).toEqual(['opened', 'answer', 'resolved']);
  });

  it('lets one of many who press at once settle it', async () => {
    const stage = await anIncidentStage();
    await stage.diagnosed();
    const { incident } = await stage.standing();
    const pressed = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        stage.desk.answer({ ...act(`p${at}`, incident.id), card: 1, said: { how: 'skipped' } }),
      ),
    );
    expect(pressed.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('stays when somebody writes a note at it, and the note is masked', async () => {
    const stage = await anIncidentStage();
    await stage.diagnosed();
    const { incident, card } = await stage.standing();
    await stage.desk.answer({
      ...act('n', incident.id),
      card: 1,
      said: { how: 'note', note: 'password=hunter2hunter2' },
    });
    expect((await stage.standing()).card).toEqual(card);
    const text = JSON.stringify(await stage.state.standings.entries(incident.id));
    expect(text).not.toContain('hunter2');
    expect(text).toContain('password=');
  });

  it('that proposes a change is settled once the change has ended, and not while it waits', async () => {
    const stage = await anIncidentStage();
    await stage.diagnosed();
    const { incident, card } = await stage.standing();
    expect(card?.step).toMatchObject({ id: 'keep-the-rest-running', primary: { kind: 'propose' } });
    const proposal = aProposal(
      'a',
      { service: incident.service, remedy: 'oom-policy' },
      {
        incidentId: incident.id,
        createdAtMs: stage.time.nowMs(),
        expiresAtMs: stage.time.nowMs() + 60 * MINUTE_MS,
      },
    );
    await stage.state.remediations.propose(proposal);
    await stage.following.tend();
    expect(await stage.standing()).toMatchObject({ state: 'action-proposed' });
    await stage.state.remediations.reject('a', { person: 'U2', reason: 'not now', atMs: stage.time.nowMs() });
    await stage.following.tend();
    await stage.settled();
    const entries = await stage.state.standings.entries(incident.id);
    expect(entries.at(-1)).toMatchObject({
      kind: 'answer',
      actor: 'staunch',
      answer: { how: 'done', note: 'The change was rejected.' },
    });
    expect((await stage.standing()).card).toMatchObject({ number: 2, step: { id: 'does-it-fit' } });
    const before = await stage.standing();
    await stage.following.tend();
    expect(await stage.standing()).toEqual(before);
  });
});
