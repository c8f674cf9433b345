import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Parcel, QueuedParcel, State } from '../../../src/workflows/state-ports.ts';
import { anUpdate, anUpload, aPost, opened, START_MS } from './sample.ts';

/** One thing that happens to the outbox: something is put, or the head of a channel gets an answer. */
type Step =
  | { readonly put: 'post' | 'update' | 'upload'; readonly key: string; readonly channel: number }
  /** `sent-late`: while the head is on its way, something newer of the same key is put. */
  | { readonly answer: 'sent' | 'sent-late' | 'retry' | 'abandon'; readonly channel: number }
  | { readonly drain: true };

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        put: fc.constantFrom('post' as const, 'update' as const, 'update' as const, 'upload' as const),
        key: fc.constantFrom('a', 'b'),
        channel: fc.nat(1),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        answer: fc.constantFrom('sent' as const, 'retry' as const, 'abandon' as const, 'sent-late' as const),
        channel: fc.nat(1),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ drain: true as const }) },
  ),
  { minLength: 1, maxLength: 25 },
);

/** What was put and what arrived in one run of steps, by key and content. */
class Ledger {
  readonly state: State;
  readonly prefix: string;
  readonly #put: { readonly key: string; readonly kind: string; readonly content: number }[] = [];
  readonly #ended: { readonly key: string; readonly content: number }[] = [];
  readonly #sequences = new Map<string, number>();

  constructor(state: State, prefix: string) {
    this.state = state;
    this.prefix = prefix;
  }

  async step(step: Step, content: number): Promise<void> {
    if ('put' in step) {
      const key = `${this.#channel(step.channel)}/${step.put}/${step.key}`;
      return this.#putOne(step.put, key, this.#channel(step.channel), content);
    }
    if ('drain' in step) {
      await this.drain();
      return this.check();
    }
    const head = await this.#head(step.channel);
    if (head === undefined) return;
    if (step.answer === 'retry') return this.state.outbox.retry(head.sequence, START_MS, '429');
    if (step.answer === 'abandon') return this.#end(head, 'abandon');
    const { kind, key, channel } = head.parcel;
    if (step.answer === 'sent-late') await this.#putOne(kind, key, channel, content);
    await this.#end(head, 'sent');
  }

  /** Delivers all that is left. */
  async drain(): Promise<void> {
    for (const channel of [0, 1]) {
      for (let head = await this.#head(channel); head; head = await this.#head(channel)) {
        await this.#end(head, 'sent');
      }
    }
  }

  check(): void {
    for (const key of new Set(this.#put.map(put => put.key))) {
      const put = this.#put.filter(one => one.key === key);
      const ended = this.#ended.filter(one => one.key === key);
      if (put[0]?.kind === 'update') {
        // Contents arrive in the order they were put, none twice, and the newest is the last.
        expect(ended.map(one => one.content)).toEqual(
          [...new Set(ended.map(one => one.content))].toSorted(byNumber),
        );
        expect(ended.at(-1)?.content).toBe(put.at(-1)?.content);
      } else {
        expect(ended.map(one => one.content)).toEqual([put[0]?.content]);
      }
    }
    expect(this.#ended.every(one => this.#put.some(put => put.key === one.key))).toBe(true);
  }

  async #putOne(kind: Parcel['kind'], key: string, channel: string, content: number): Promise<void> {
    const text = String(content);
    const file = { name: text, title: '', altText: '', bytes: new Uint8Array([1]) };
    const parcels = {
      post: () => aPost(key, text, { channel }),
      update: () => anUpdate(key, text, { channel }),
      upload: () => ({ ...anUpload(key, file), channel }),
    };
    await this.state.outbox.put(parcels[kind](), START_MS);
    this.#put.push({ key, kind, content });
  }

  async #head(channel: number): Promise<QueuedParcel | undefined> {
    const heads = await this.state.outbox.heads();
    expect(heads.map(one => one.sequence)).toEqual(heads.map(one => one.sequence).toSorted(byNumber));
    expect(new Set(heads.map(one => one.parcel.channel)).size).toBe(heads.length);
    return heads.find(one => one.parcel.channel === this.#channel(channel));
  }

  async #end(queued: QueuedParcel, how: 'sent' | 'abandon'): Promise<void> {
    const { parcel, sequence } = queued;
    // In a channel nothing overtakes.
    expect(sequence).toBeGreaterThan(this.#sequences.get(parcel.channel) ?? 0);
    this.#sequences.set(parcel.channel, sequence);
    if (how === 'sent') await this.state.outbox.sent(sequence, START_MS);
    else await this.state.outbox.abandon(sequence, 'invalid_blocks', START_MS);
    const content = Number(parcel.kind === 'upload' ? parcel.file.name : parcel.message.text);
    this.#ended.push({ key: parcel.key, content });
  }

  #channel(channel: number): string {
    return `${this.prefix}-${channel}`;
  }
}

const byNumber = (a: number, b: number) => a - b;

/** Whatever happens, the outbox loses, doubles and reorders nothing. */
export function outboxProperty(state: () => State, numRuns: number): void {
  describe('outbox under anything', () => {
    it('loses, doubles and reorders no parcel, and the newest update arrives last', async () => {
      await opened(state(), 'i1');
      let round = 0;
      await fc.assert(
        fc.asyncProperty(steps, async all => {
          round += 1;
          const ledger = new Ledger(state(), `C${round}`);
          for (const [index, step] of all.entries()) await ledger.step(step, index);
          await ledger.drain();
          ledger.check();
          expect(await state().outbox.backlog()).toEqual({ waiting: 0 });
        }),
        { numRuns, endOnFailure: true },
      );
    });
  });
}
