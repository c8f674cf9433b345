import { describe, expect, it } from 'vitest';
import { Delivery } from '../../src/workflows/delivery.ts';
import type { QueuedParcel, State } from '../../src/workflows/state-ports.ts';
import { aDelivery, edit, post, sequence } from './delivery-rig.ts';
import { FakeTime } from './fake-time.ts';
import { guardedRooms, guardedState } from './guarded-state.ts';
import { WrittenChat } from './written-chat.ts';

describe('delivery over a state that is slow', () => {
  it('sends nothing twice when a channel gets done while the queue is looked at', async () => {
    const { put, chat, state, time } = await aDelivery();
    for (const channel of ['C1', 'C2'])
      for (const n of [1, 2]) await put(post(`${channel}-${n}`, {}, channel));
    // The queue is read at once, and what was read arrives late.
    const slow = guardedState(state, async call => {
      const answer = await call();
      await time.sleep(50);
      return answer;
    });
    chat.latencyMs = ({ channel }) => (channel === 'C1' ? 20 : 75);
    const delivery = new Delivery({ state: slow, surface: chat, clock: time, timer: time });
    const delivered = delivery.deliverDue();
    for (let ms = 0; ms < 1_000; ms += 10) {
      await time.advance(10);
      if (ms % 30 === 0) void delivery.deliverDue();
    }
    await time.advance(10_000);
    await delivered;
    expect(chat.attempts.map(a => a.key).sort()).toEqual(['C1-1', 'C1-2', 'C2-1', 'C2-2']);
  });
});

describe('a message queued while the queue is looked at', () => {
  it('is delivered without being waited for', async () => {
    const { put, chat, state, time } = await aDelivery();
    const slow = guardedState(state, async call => {
      const answer = await call();
      await time.sleep(50);
      return answer;
    });
    const delivery = new Delivery({ state: slow, surface: chat, clock: time, timer: time });
    const delivered = delivery.deliverDue();
    await time.advance(10);
    await put(post('late'));
    expect(delivery.deliverDue()).toBe(delivered);
    await time.advance(1_000);
    expect(await delivered).toBeUndefined();
    expect(chat.shown.map(s => s.key)).toEqual(['late']);
  });
});

describe('edits of one message', () => {
  it('are sent once when a newer one came before anybody sent the first', async () => {
    const { put, deliver, chat } = await aDelivery();
    await put(post('root'));
    for (const text of ['one', 'two', 'three']) await put(edit('root', text));
    await deliver(5_000);
    expect(chat.byKey('root')?.edits).toEqual(['three']);
  });

  it('end with the newest when one comes while another is on its way', async () => {
    const { put, deliver, chat } = await aDelivery();
    await put(post('root'));
    await deliver();
    chat.latencyMs = () => 2_000;
    await put(edit('root', 'old'));
    await deliver(500);
    await put(edit('root', 'new'));
    await deliver(10_000);
    expect(chat.byKey('root')?.edits).toEqual(['old', 'new']);
  });

  it('are skipped when the queue knows of a newer one, which still waits for the rate limit', async () => {
    const time = new FakeTime();
    const chat = new WrittenChat(time);
    const done: string[] = [];
    const head = (sequence: number, text: string, dueAtMs: number): QueuedParcel => ({
      sequence,
      parcel: edit('root', text),
      attempts: 0,
      dueAtMs,
      queuedAtMs: time.nowMs(),
    });
    let heads = [head(1, 'old', 0)];
    const outbox = {
      heads: async () => heads,
      async retry(n: number, dueAtMs: number) {
        done.push(`${n} retry`);
        heads = [{ ...head(1, 'old', dueAtMs), superseded: true }];
      },
      async abandon(n: number, reason: string) {
        done.push(`${n} ${reason}`);
        heads = [head(2, 'new', 0)];
      },
      async sent(n: number) {
        done.push(`${n} sent`);
        heads = [];
      },
    };
    const stamps = { find: async () => ({ key: 'root', incidentId: 'i', channel: 'C1', ts: '1.1' }) };
    const state = { outbox, stamps, atomically: async (work: (s: unknown) => unknown) => work(state) };
    const delivery = new Delivery({
      state: state as unknown as State,
      surface: chat,
      clock: time,
      timer: time,
    });
    chat.fate = sequence({ kind: 'limited', afterMs: 9_000 });
    const againAtMs = time.nowMs() + 9_000;
    expect(await delivery.deliverDue()).toBe(againAtMs);
    expect(done).toEqual(['1 retry', '1 superseded']);
    await time.advance(9_000);
    expect(await delivery.deliverDue()).toBeUndefined();
    expect(done.at(-1)).toBe('2 sent');
    expect(chat.attempts.map(a => a.atMs)).toEqual([againAtMs - 9_000, againAtMs]);
  });
});

describe('delivery over a state that fails', () => {
  it('says so, and delivers each message once when the state is well again', async () => {
    const { put, chat, state, time } = await aDelivery();
    await put(post('root'));
    await put(post('reply', { inThreadOf: 'root' }));
    let sick = true;
    const failing: State = {
      ...guardedRooms(state, call => call()),
      atomically: work => (sick ? Promise.reject(new Error('the disk is full')) : state.atomically(work)),
    };
    const delivery = new Delivery({ state: failing, surface: chat, clock: time, timer: time });
    await expect(delivery.deliverDue()).rejects.toThrow('the disk is full');
    sick = false;
    expect(await delivery.deliverDue()).toBeUndefined();
    expect(chat.shown.map(s => s.key)).toEqual(['root', 'reply']);
  });

  it('treats a surface that throws like one that does not answer', async () => {
    const { put, state, time } = await aDelivery();
    await put(post('root'));
    const ship = () => Promise.reject(new TypeError('a bug'));
    const delivery = new Delivery({ state, surface: { ship }, clock: time, timer: time });
    expect(await delivery.deliverDue()).toBe(time.nowMs() + 1_000);
  });
});
