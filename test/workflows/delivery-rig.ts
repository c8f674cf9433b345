import { Delivery } from '../../src/workflows/delivery.ts';
import type { Parcel } from '../../src/workflows/state-ports.ts';
import { aState } from './chat-stage.ts';
import { FakeTime } from './fake-time.ts';
import { type Fate, WrittenChat } from './written-chat.ts';

const WINDOW = { fromMs: 0, toMs: 1 };

/** A delivery over a state with one incident per channel, shipping by a pump of the test's clock. */
export async function aDelivery() {
  const time = new FakeTime();
  const state = await aState(time);
  const chat = new WrittenChat(time);
  const abandoned: string[] = [];
  const delivery = new Delivery({
    state,
    surface: chat,
    clock: time,
    timer: time,
    events: { abandoned: ({ key }, a) => void abandoned.push(`${key} ${a.because} ${a.reason}`) },
  });
  for (const channel of ['C1', 'C2', 'U1'])
    await state.incidents.open(
      { id: `in-${channel}`, service: 's', workspace: 'T1', channel, openedBy: 'U1', openedAtMs: 0 },
      { id: `run-${channel}`, askedBy: 'U1', askedAtMs: 0, window: WINDOW },
    );
  const put = (parcel: Parcel) => state.outbox.put(parcel, time.nowMs());
  /** Ships what is due now and whatever becomes due within `ms`. */
  const deliver = async (ms = 0) => {
    const untilMs = time.nowMs() + ms;
    for (;;) {
      const shipped = delivery.deliverDue();
      let nextAtMs: number | undefined | 'under way' = 'under way';
      void shipped.then(at => {
        nextAtMs = at;
      });
      await time.advance(0);
      while ((nextAtMs as unknown) === 'under way' && time.nowMs() < untilMs) await time.advance(100);
      if (nextAtMs === 'under way' || nextAtMs === undefined || nextAtMs > untilMs) break;
      await time.advance(nextAtMs - time.nowMs());
    }
    await time.advance(Math.max(0, untilMs - time.nowMs()));
  };
  return { time, state, chat, delivery, put, deliver, abandoned };
}

const place = (channel = 'C1') => ({ incidentId: `in-${channel}`, channel });
const said = (text: string) => ({ text, blocks: [] });
export const post = (key: string, more: Partial<Parcel> = {}, channel = 'C1'): Parcel =>
  ({ ...place(channel), key, kind: 'post', message: said(key), ...more }) as Parcel;
export const edit = (target: string, text: string, key = `${target}/edit`): Parcel => ({
  ...place(),
  key,
  kind: 'update',
  target,
  message: said(text),
});
export const upload = (key: string): Parcel => ({
  ...place(),
  key,
  kind: 'upload',
  inThreadOf: 'root',
  file: { name: 'a.png', title: 'a', altText: 'a', bytes: new Uint8Array([1, 2, 3]) },
});
/** One fate after the other, then all is fine. */
export const sequence = (...fates: readonly Fate[]) => {
  const left = [...fates];
  return () => left.shift() ?? ({ kind: 'fine' } as const);
};
