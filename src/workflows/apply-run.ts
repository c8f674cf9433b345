import type { ApplyPorts } from './apply-ports.ts';
import { ApplyStepper } from './apply-stepper.ts';
import { cardEdit, changeView, endedParcel, progressEdit, progressParcel } from './change-parcels.ts';
import type { ChangeView } from './change-ports.ts';
import { outcomeTimes } from './outcome-times.ts';
import type { ApplyStep } from './remediation-ports.ts';
import type { Parcel, State } from './state-ports.ts';

const BAD_ENDS = ['rolled-back', 'stale', 'failed'] as const;
type BadEnd = (typeof BAD_ENDS)[number];
const isBadEnd = (state: string): state is BadEnd => (BAD_ENDS as readonly string[]).includes(state);
const LATE_MS = 120_000;
/** After a state that could not be read or written, and while changes are stopped. */
const LOOK_AGAIN_MS = 5_000;

/**
 * One approved change from its first step to its stored end: one server at a time, the next only after the one before
 * has ended well. Nothing is kept in memory that matters: whoever looks at the stored steps can go on.
 */
export class ApplyRun {
  readonly #id: string;
  readonly #ports: ApplyPorts;
  readonly #stepper: ApplyStepper;
  /** Servers whose step this run has claimed or taken up, and whether that was late. */
  readonly #taken = new Map<string, { readonly isLate: boolean }>();
  readonly #leaving = Promise.withResolvers<void>();
  #left = false;

  constructor(proposalId: string, ports: ApplyPorts) {
    this.#id = proposalId;
    this.#ports = ports;
    this.#stepper = new ApplyStepper({
      ...ports,
      move: (step, to) => this.#move(step, to),
      wait: ms => this.#wait(ms),
    });
  }

  /** Resolves when the change has ended, or was left for another process or the next start. */
  async perform(): Promise<'ended' | 'left'> {
    while (!this.#left) {
      try {
        if ((await this.#look()) === 'ended') return 'ended';
      } catch (error) {
        this.#ports.log.error({ err: error, proposal: this.#id }, 'a change could not be carried on');
        await this.#wait(LOOK_AGAIN_MS);
      }
    }
    return 'left';
  }

  /** Ends between two steps without a word: a restart is coming, and the state says where to go on. */
  leave(): void {
    this.#left = true;
    this.#leaving.resolve();
  }

  async #look(): Promise<'ended' | 'more'> {
    const { state, serverOf } = this.#ports;
    const view = await changeView(state, this.#id);
    if (!view || !['approved', 'applying'].includes(view.proposal.state)) return 'ended';
    const step = view.steps.find(isUnderWay);
    if (step) {
      const plan = view.proposal.plan.servers.find(each => each.server === step.server);
      if (!plan) throw new Error(`the plan ${this.#id} has no server ${step.server}`);
      const taken = this.#taken.get(step.server);
      if (!taken) await this.#takeUp(step);
      else await this.#stepper.take({ view, step, plan, server: await serverOf(step.server), ...taken });
      return 'more';
    }
    const bad = view.steps.find(each => isBadEnd(each.state));
    if (bad && isBadEnd(bad.state)) await this.#end(view, bad.state, badWords(bad, view));
    else if (view.steps.some(each => each.state === 'waiting')) await this.#claim(view);
    else await this.#end(view, 'done', doneWords(view));
    return 'more';
  }

  /** Somebody else was at it, or an earlier life of this process: the others learn that it is ours now. */
  async #takeUp(step: ApplyStep): Promise<void> {
    const { state, clock } = this.#ports;
    const atMs = clock.nowMs();
    const { state: same, detail, actedAtMs, changedAtMs } = step;
    // What was sent to the server and not written down yet acted no earlier than then.
    const acted = actedAtMs ?? (same === 'checked' ? changedAtMs : undefined);
    const moved = await state.remediations.move(step, {
      state: same,
      atMs,
      ...(detail !== undefined && { detail }),
      ...(acted !== undefined && { actedAtMs: acted }),
    });
    if (moved) this.#taken.set(step.server, { isLate: atMs - changedAtMs > LATE_MS });
  }

  async #claim(before: ChangeView): Promise<void> {
    const { state, clock, owner, words } = this.#ports;
    const claimed = await state.atomically(async within => {
      const atMs = clock.nowMs();
      const step = await within.remediations.claim(this.#id, owner, atMs);
      if (!step) return false;
      this.#taken.set(step.server, { isLate: false });
      const view = await changeView(within, this.#id);
      if (!view) return true;
      const isFirst = before.proposal.state === 'approved';
      const parcels: Parcel[] = isFirst
        ? [cardEdit(view, words), progressParcel(view, words)]
        : [progressEdit(view, words)];
      for (const parcel of parcels) await within.outbox.put(parcel, atMs);
      return true;
    });
    if (claimed) this.#ports.wakeDelivery();
    else await this.#wait(LOOK_AGAIN_MS);
  }

  async #move(step: ApplyStep, to: Parameters<State['remediations']['move']>[1]): Promise<void> {
    const { state, words } = this.#ports;
    await state.atomically(async within => {
      // Somebody else moved it: what they saw counts, and the next look shows it.
      if (!(await within.remediations.move(step, to))) return;
      const view = await changeView(within, this.#id);
      if (view) await within.outbox.put(progressEdit(view, words), to.atMs);
    });
    this.#ports.wakeDelivery();
  }

  async #end(before: ChangeView, as: 'done' | BadEnd, detail: string): Promise<void> {
    const { state, clock, words } = this.#ports;
    await state.atomically(async within => {
      const atMs = clock.nowMs();
      for (const step of before.steps.filter(each => each.state === 'waiting'))
        await within.remediations.move(step, {
          state: 'skipped',
          atMs,
          detail: 'not begun: a server before it ended badly',
        });
      if (!(await within.remediations.end(this.#id, { state: as, detail, atMs }))) return;
      const view = await changeView(within, this.#id);
      if (!view) return;
      for (const parcel of [cardEdit(view, words), progressEdit(view, words), endedParcel(view, words)])
        await within.outbox.put(parcel, atMs);
      const actedAtMs = view.steps.flatMap(each =>
        each.state === 'done' && each.actedAtMs !== undefined ? [each.actedAtMs] : [],
      );
      if (actedAtMs.length > 0)
        await within.remediations.scheduleOutcome(this.#id, outcomeTimes(Math.max(...actedAtMs)));
    });
    this.#ports.wakeDelivery();
  }

  async #wait(ms: number): Promise<void> {
    const waited = Promise.withResolvers<void>();
    const takeBack = this.#ports.timer.after(ms, waited.resolve);
    await Promise.race([waited.promise, this.#leaving.promise]);
    takeBack();
  }
}

const AT_REST = new Set<ApplyStep['state']>(['waiting', 'done', 'rolled-back', 'stale', 'failed', 'skipped']);

/** True for a step that has begun and not ended. */
export function isUnderWay(step: ApplyStep): boolean {
  return !AT_REST.has(step.state);
}

function doneWords({ steps }: ChangeView): string {
  const servers = steps.map(step => step.server);
  return `Applied and verified on ${servers.join(', ')}.`;
}

function badWords(bad: ApplyStep, { steps }: ChangeView): string {
  const done = steps.filter(step => step.state === 'done').map(step => step.server);
  const waiting = steps.filter(step => step.state === 'waiting').map(step => step.server);
  const how = { 'rolled-back': 'was taken back', stale: 'was not written', failed: 'failed' }[
    bad.state as BadEnd
  ];
  return [
    `On ${bad.server} it ${how}: ${bad.detail ?? 'without a reason'}`,
    ...(done.length > 0 ? [`It stays applied on ${done.join(', ')}.`] : []),
    ...(waiting.length > 0 ? [`Not begun on ${waiting.join(', ')}.`] : []),
  ].join(' ');
}
