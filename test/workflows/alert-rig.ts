import type { AlertGroup } from '../../src/intake/alert-group.ts';
import { countsOf } from '../../src/intake/alert-group.ts';
import type { Registry } from '../../src/inventory/registry.ts';
import { createMasking } from '../../src/report/masking.ts';
import { type AlertedIncidents, AlertIntake } from '../../src/workflows/alert-intake.ts';
import type { State } from '../../src/workflows/state-ports.ts';
import { aRegistry } from '../intake/alerts.ts';
import { FakeTime } from './fake-time.ts';

/** Incidents in the real state, with a line of text for each telling: what another part makes messages of. */
export class WrittenIncidents implements AlertedIncidents {
  readonly begunIds: string[] = [];
  readonly #nowMs: () => number;
  /** Services without a channel. */
  readonly nowhere = new Set<string>();
  fail: string | undefined;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  async open(within: State, group: AlertGroup, effect: { readonly reason: string }) {
    if (this.nowhere.has(group.service)) return undefined;
    const id = `${group.service}-${group.openedAtMs}`;
    const atMs = this.#nowMs();
    const window = { fromMs: atMs - 3_600_000, toMs: atMs };
    await within.incidents.open(
      { id, service: group.service, workspace: 'T1', channel: 'C1', openedBy: 'staunch', openedAtMs: atMs },
      { id: `${id}-1`, askedBy: 'staunch', askedAtMs: atMs, window },
    );
    await this.#put(
      within,
      { ...group, incidentId: id },
      'root',
      `opened (${effect.reason}): ${wordsOf(group)}`,
    );
    return id;
  }

  async over(within: State, group: AlertGroup) {
    await this.#put(within, group, `over/${group.comebacks}`, 'over');
  }

  async reopen(within: State, group: AlertGroup) {
    await this.#put(within, group, `reopened/${group.comebacks}`, 'reopened');
  }

  async tell(within: State, group: AlertGroup, telling: { readonly endReply: boolean }) {
    const reply = telling.endReply ? ', and says so' : '';
    await this.#put(within, group, `edit/${this.#nowMs()}`, `edited: ${wordsOf(group)}${reply}`);
  }

  begun(ids: readonly string[]) {
    this.begunIds.push(...ids);
  }

  async #put(within: State, group: AlertGroup, key: string, text: string) {
    const incidentId = group.incidentId ?? '';
    // A channel for each, so that all that waits can be read at once.
    const parcel = { incidentId, key: `${incidentId}/${key}`, channel: `${incidentId}/${key}` };
    await within.outbox.put({ ...parcel, kind: 'post', message: { text, blocks: [] } }, this.#nowMs());
    if (this.fail !== undefined && text.startsWith(this.fail)) throw new Error('the process ended here');
  }
}

function wordsOf(group: AlertGroup): string {
  const { firing, resolved, servers } = countsOf(group);
  return `${firing} firing, ${resolved} over, on ${servers.length} servers`;
}

/** The intake on a state, with time that only a test moves. */
export class AlertRig {
  readonly time = new FakeTime();
  readonly incidents = new WrittenIncidents(() => this.time.nowMs());
  readonly logged: { readonly text: string; readonly fields: object }[] = [];
  readonly taken: string[] = [];
  registry: Registry | undefined = aRegistry();
  readonly state: State;
  intake: AlertIntake;

  constructor(state: State) {
    this.state = state;
    this.intake = this.begin();
  }

  /** Another process on the same state. */
  begin(): AlertIntake {
    const write = (fields: object, text: string) => void this.logged.push({ text, fields });
    this.intake = new AlertIntake({
      state: this.state,
      registry: async () => this.registry,
      incidents: this.incidents,
      mask: createMasking(),
      clock: this.time,
      timer: this.time,
      log: { info: write, warn: write, error: write },
      taken: step => this.taken.push(step),
    });
    return this.intake;
  }

  /** All that people would be told, in order. */
  async said(): Promise<string[]> {
    const heads = await this.state.outbox.heads();
    return heads
      .toSorted((one, other) => one.sequence - other.sequence)
      .map(({ parcel }) => (parcel.kind === 'upload' ? '' : parcel.message.text));
  }
}
