import { describe, expect, it } from 'vitest';
import { Delivery } from '../../src/workflows/delivery.ts';
import { aDelivery, edit, post, sequence, upload } from './delivery-rig.ts';

const HOUR = 3_600_000;

describe('delivery', () => {
  it('posts, replies in the thread of what it posted, and edits it', async () => {
    const { put, deliver, chat, state } = await aDelivery();
    await put(post('root'));
    await put(post('reply', { inThreadOf: 'root' }));
    await put(post('elsewhere', { threadTs: '1.5' }));
    await put(edit('root', 'verdict'));
    await put(upload('chart'));
    await deliver(5_000);
    const ts = chat.byKey('root')?.ts;
    expect(chat.shown.map(s => [s.key, s.text, s.threadTs])).toEqual([
      ['root', 'verdict', undefined],
      ['reply', 'reply', ts],
      ['elsewhere', 'elsewhere', '1.5'],
      ['chart', 'a', ts],
    ]);
    expect(await state.stamps.find('root')).toMatchObject({ channel: 'C1', ts });
    expect((await state.outbox.backlog()).waiting).toBe(0);
  });

  it('follows a message for a person into the conversation it became', async () => {
    const { put, deliver, chat, state } = await aDelivery();
    await put(post('root', {}, 'U1'));
    await put(post('reply', { inThreadOf: 'root' }, 'U1'));
    await put({ ...edit('root', 'verdict'), incidentId: 'in-U1', channel: 'U1' });
    await deliver(5_000);
    expect(chat.shown.map(s => [s.key, s.channel, s.text])).toEqual([
      ['root', 'DU1', 'verdict'],
      ['reply', 'DU1', 'reply'],
    ]);
    expect(chat.trespasses).toEqual([]);
    expect(await state.stamps.find('root')).toMatchObject({ channel: 'DU1' });
  });

  it('waits exactly as long as a rate limit says, in that channel alone, and keeps the order', async () => {
    const { put, deliver, chat, time } = await aDelivery();
    chat.fate = sequence({ kind: 'limited', afterMs: 17_345 });
    const startMs = time.nowMs();
    for (const key of ['a', 'b']) await put(post(key));
    await put(post('other', {}, 'C2'));
    await deliver(60_000);
    expect(chat.attempts.map(a => [a.key, a.atMs - startMs])).toEqual([
      ['a', 0],
      ['other', 0],
      ['a', 17_345],
      ['b', 17_345],
    ]);
    expect(chat.trespasses).toEqual([]);
  });

  it('does not let a channel that gets no answer hold up what becomes due in another', async () => {
    const { put, deliver, chat, time } = await aDelivery();
    chat.fate = ({ channel }) => (channel === 'C2' ? { kind: 'fine' } : { kind: 'unheard' });
    chat.latencyMs = ({ channel }) => (channel === 'C1' ? 10_000 : 0);
    const startMs = time.nowMs();
    await put(post('mute'));
    for (const key of ['a', 'b', 'c', 'd', 'e']) await put(post(key, {}, 'C2'));
    await deliver(9_000);
    // A burst of three, then one a second.
    expect(chat.shown.map(s => [s.key, s.atMs - startMs])).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 0],
      ['d', 1_000],
      ['e', 2_000],
    ]);
  });

  it('tries again after 1, 2, 4 … seconds, and at least every minute', async () => {
    const { put, deliver, chat, abandoned, time } = await aDelivery();
    chat.fate = () => ({ kind: 'broken' });
    const startMs = time.nowMs();
    await put(post('root'));
    await deliver(0.5 * HOUR);
    const atMs = chat.attempts.map(a => a.atMs - startMs);
    expect(atMs.slice(0, 8)).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000, 63_000, 123_000]);
    expect(atMs.slice(8).every((ms, i) => ms - (atMs[i + 7] ?? 0) === 60_000)).toBe(true);
    expect(abandoned).toEqual([]);
  });

  it('gives up after a day of trying, not before', async () => {
    const { state, deliver, chat, abandoned, time } = await aDelivery();
    chat.fate = () => ({ kind: 'broken' });
    await state.outbox.put(post('root'), time.nowMs() - 23.9 * HOUR);
    await deliver(0.05 * HOUR);
    expect(abandoned).toEqual([]);
    await deliver(0.1 * HOUR);
    expect(abandoned).toEqual(['root expired HTTP 503']);
  });

  it('abandons what is refused for good with all that belongs to it, and goes on with the rest', async () => {
    const { put, deliver, chat, abandoned } = await aDelivery();
    chat.fate = ({ key }) =>
      key === 'root' ? { kind: 'refused', reason: 'not_in_channel' } : { kind: 'fine' };
    await put(post('root'));
    await put(post('reply', { inThreadOf: 'root' }));
    await put(edit('root', 'verdict'));
    await put(upload('chart'));
    await put(post('next'));
    await deliver(10_000);
    const missing = 'orphaned the message root that it belongs to was not delivered';
    expect(abandoned).toEqual([
      'root refused not_in_channel',
      `reply ${missing}`,
      `root/edit ${missing}`,
      `chart ${missing}`,
    ]);
    expect(chat.shown.map(s => s.key)).toEqual(['next']);
  });

  it.each(['post', 'upload'] as const)('shows a %s once that was taken without an answer', async kind => {
    const { put, deliver, chat, state } = await aDelivery();
    await put(post('root'));
    await put(kind === 'post' ? post('reply', { inThreadOf: 'root' }) : upload('chart'));
    chat.fate = ({ key }) => (key === 'root' ? { kind: 'fine' } : lost());
    const lost = sequence({ kind: 'unheard' }, { kind: 'unheard' });
    await deliver(60_000);
    expect(chat.attempts).toHaveLength(4);
    expect(chat.shown).toHaveLength(2);
    if (kind === 'post') expect((await state.stamps.find('reply'))?.ts).toBe(chat.byKey('reply')?.ts);
  });

  it('hands an upload back what an earlier attempt got done', async () => {
    const { put, deliver, chat, delivery: _, ...world } = await aDelivery();
    await put(post('root'));
    await put(upload('chart'));
    const seen: unknown[] = [];
    const again = new Delivery({
      state: world.state,
      clock: world.time,
      timer: world.time,
      surface: {
        async ship(shipment) {
          if (shipment.kind !== 'upload') return { ok: true, ts: '1.1' };
          seen.push(shipment.progress);
          if (seen.length === 1) return { ok: false, again: true, reason: 'HTTP 500', progress: 'F1' };
          return seen.length === 2 ? { ok: false, again: true, reason: 'HTTP 500' } : { ok: true };
        },
      },
    });
    for (let i = 0; i < 4; i++) {
      const nextAtMs = await again.deliverDue();
      await world.time.advance((nextAtMs ?? world.time.nowMs()) - world.time.nowMs());
    }
    expect(seen).toEqual([undefined, 'F1', 'F1']);
  });

  it('posts a small burst at once and then one a second; edits need not wait', async () => {
    const { put, deliver, chat, time } = await aDelivery();
    const startMs = time.nowMs();
    for (let i = 0; i < 3; i++) await put(post(`p${i}`));
    for (let i = 0; i < 3; i++) await put(edit('p0', `edit ${i}`, `e${i}`));
    for (let i = 3; i < 6; i++) await put(post(`p${i}`));
    await deliver(10_000);
    expect(chat.attempts.map(a => [a.key, a.atMs - startMs])).toEqual([
      ['p0', 0],
      ['p1', 0],
      ['p2', 0],
      ['e0', 0],
      ['e1', 0],
      ['e2', 0],
      ['p3', 1_000],
      ['p4', 2_000],
      ['p5', 3_000],
    ]);
  });

  it('is not held up by a channel that is slow to answer', async () => {
    const { put, deliver, chat, time } = await aDelivery();
    chat.latencyMs = ({ channel }) => (channel === 'C1' ? 9_000 : 0);
    const startMs = time.nowMs();
    await put(post('slow'));
    await deliver(100);
    await put(post('quick', {}, 'C2'));
    await deliver(20_000);
    expect(chat.byKey('quick')?.atMs).toBe(startMs + 100);
    expect(chat.byKey('slow')?.atMs).toBe(startMs + 9_000);
    expect(chat.trespasses).toEqual([]);
  });
});
