import type { Shipment, ShipmentAnswer, Surface, Telling } from '../../src/workflows/surface-ports.ts';
import type { FakeTime } from './fake-time.ts';

/** What befalls one attempt to send. `unheard`: taken, but the answer never arrives in time. */
export type Fate =
  | { readonly kind: 'fine' }
  | { readonly kind: 'limited'; readonly afterMs: number }
  | { readonly kind: 'broken' }
  | { readonly kind: 'unheard' }
  | { readonly kind: 'refused'; readonly reason: string };

export interface Shown {
  readonly key: string;
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  readonly kind: 'post' | 'upload';
  text: string;
  readonly atMs: number;
  readonly edits: string[];
}

/** A surface that shows a key once, as Slack does with a message it knows, and holds its callers to its limits. */
export class WrittenChat implements Surface {
  readonly shown: Shown[] = [];
  readonly attempts: { readonly key: string; readonly kind: Shipment['kind']; readonly atMs: number }[] = [];
  /** What a real Slack would have complained about. */
  readonly trespasses: string[] = [];
  fate: (shipment: Shipment) => Fate = () => ({ kind: 'fine' });
  latencyMs: (shipment: Shipment) => number = () => 0;
  readonly #time: FakeTime;
  readonly #limitedUntilMs = new Map<string, number>();
  readonly #underWay = new Set<string>();

  constructor(time: FakeTime) {
    this.#time = time;
  }

  async ship(shipment: Shipment): Promise<ShipmentAnswer> {
    const { key, channel, kind } = shipment;
    this.attempts.push({ key, kind, atMs: this.#time.nowMs() });
    if (this.#underWay.has(channel)) this.trespasses.push(`${key}: two at once in ${channel}`);
    if ((this.#limitedUntilMs.get(channel) ?? 0) > this.#time.nowMs())
      this.trespasses.push(`${key}: sent before Retry-After was over`);
    const fate = this.fate(shipment);
    const latencyMs = this.latencyMs(shipment);
    if (latencyMs > 0) {
      this.#underWay.add(channel);
      await this.#time.sleep(latencyMs);
      this.#underWay.delete(channel);
    }
    switch (fate.kind) {
      case 'limited':
        this.#limitedUntilMs.set(channel, this.#time.nowMs() + fate.afterMs);
        return { ok: false, again: true, reason: 'ratelimited', afterMs: fate.afterMs };
      case 'broken':
        return { ok: false, again: true, reason: 'HTTP 503' };
      case 'refused':
        return { ok: false, again: false, reason: fate.reason };
      case 'unheard':
        this.#show(shipment);
        return { ok: false, again: true, reason: 'no answer within 10 s' };
      case 'fine':
        return {
          ok: true,
          ts: this.#show(shipment),
          ...(channel !== placeOf(channel) && { channel: placeOf(channel) }),
        };
    }
  }

  in(channel: string): readonly Shown[] {
    return this.shown.filter(s => s.channel === channel);
  }

  byKey(key: string): Shown | undefined {
    return this.shown.find(s => s.key === key);
  }

  #show(shipment: Shipment): string {
    const { key } = shipment;
    // Slack edits a message only where it stands, and takes a person's id only for new ones.
    const channel = shipment.kind === 'update' ? shipment.channel : placeOf(shipment.channel);
    if (shipment.kind === 'update') {
      const target = this.shown.find(s => s.channel === channel && s.ts === shipment.ts);
      if (!target) {
        this.trespasses.push(`${key}: edits a message that is not there`);
        return shipment.ts;
      }
      target.text = shipment.message.text;
      target.edits.push(shipment.message.text);
      return shipment.ts;
    }
    const known = this.byKey(key);
    if (known) return known.ts;
    const { threadTs } = shipment;
    const ts = `1795343400.${String(this.shown.length + 1).padStart(6, '0')}`;
    this.shown.push({
      key,
      channel,
      ts,
      ...(threadTs !== undefined && { threadTs }),
      kind: shipment.kind,
      text: shipment.kind === 'post' ? shipment.message.text : shipment.file.title,
      atMs: this.#time.nowMs(),
      edits: [],
    });
    return ts;
  }
}

const said = (text: string) => ({ text, blocks: [] });

/** Words short enough to compare. */
export const plainTelling: Telling = {
  running: run => said(`run ${run.number} running`),
  progress: (_, servers, ended) =>
    said(`${[...servers.values()].map(p => `${p.server} ${p.state}`).join(', ')}${ended ? ' (ended)' : ''}`),
  verdict: (run, document, tookMs) => said(`run ${run.number} ${document.verdict} after ${tookMs} ms`),
  evidence: (_, document) => Object.keys(document.evidence).map(id => said(`evidence ${id}`)),
  failed: run => said(`run ${run.number} failed: ${run.failure}`),
  begunAgain: run => said(`run ${run.number} begun again, attempt ${run.attempts}`),
};

/** A person's id stands for the conversation with them. */
const placeOf = (channel: string) => (channel.startsWith('U') ? `D${channel}` : channel);
