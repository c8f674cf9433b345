import type { Server } from '../inventory/registry.ts';
import { serverPlanDigest } from '../remediation/plan-digest.ts';
import type { ApplyPorts, TakenStep } from './apply-ports.ts';
import { spanBefore } from './outcome-times.ts';
import type { ApplyStep, HelperAnswer, HelperStatus } from './remediation-ports.ts';
import type { State } from './state-ports.ts';

type MoveTo = Parameters<State['remediations']['move']>[1];
type Answer = HelperAnswer<HelperStatus>;

export interface StepperPorts extends Pick<ApplyPorts, 'operator' | 'observer' | 'judge' | 'clock'> {
  /** Stores it if the step is still as it was seen. */
  move(step: ApplyStep, to: MoveTo): Promise<void>;
  wait(ms: number): Promise<void>;
}

/** Something that was done on the server and is not proven yet is looked at this often. */
const VERIFY_EVERY_MS = 3_000;
const WATCH_EVERY_MS = 15_000;
/** A server that can be asked again is known again within this. */
const ASK_AGAIN_MS = 15_000;
const RETRY_MS = 5_000;
const TRIES = 3;
/** Before the server takes it back by itself, we do: so that the reason is ours to tell. */
const BEFORE_THE_DEADLINE_MS = 15_000;

/** The name a plan has on one server. */
export function planIdOf(proposalId: string, position: number): string {
  return `${proposalId}-${position}`;
}

/**
 * Takes the step that a server's change stands before: asks the server, and moves the step by what it answers. Every
 * verb may be sent again: the server does a plan once and then says what became of it.
 */
export class ApplyStepper {
  readonly #ports: StepperPorts;
  /** Attempts at the step that is being taken; forgotten by a restart, which only means more of them. */
  #tries: { readonly of: string; count: number } = { of: '', count: 0 };

  constructor(ports: StepperPorts) {
    this.#ports = ports;
  }

  async take(taken: TakenStep): Promise<void> {
    const { step, server, isLate } = taken;
    if (!server) return this.#withoutServer(taken);
    switch (step.state) {
      case 'claimed':
        return isLate ? this.#reconcile(taken, server) : this.#check(taken, server);
      case 'checked':
        return isLate ? this.#reconcile(taken, server) : this.#write(taken, server);
      case 'written':
      case 'unknown':
        return this.#reconcile(taken, server);
      case 'reloaded':
        return this.#verify(taken, server);
      case 'verified':
        return this.#confirm(taken, server);
      case 'watching':
        return this.#watch(taken, server);
      default:
        throw new Error(`a step that is ${step.state} has nothing to be taken`);
    }
  }

  async #check({ step, plan }: TakenStep, server: Server): Promise<void> {
    const answer = await this.#ports.operator.check(server, plan);
    if (answer.ok) {
      const failed = answer.checks.filter(check => !check.ok);
      return failed.length === 0
        ? this.#move(step, 'checked', 'Every check on the server passed.')
        : this.#move(step, 'failed', `${failed.map(checkWords).join(' ')} Nothing was written.`);
    }
    return this.#notBegun(step, answer);
  }

  async #write(taken: TakenStep, server: Server): Promise<void> {
    const { step, plan } = taken;
    const answer = await this.#ports.operator.apply(server, {
      planId: this.#planId(taken),
      digest: serverPlanDigest(plan),
      plan,
    });
    if (answer.ok) return this.#settle(taken, answer);
    if (answer.kind === 'unknown')
      return this.#move(
        step,
        'unknown',
        `Whether it was written is not known: ${answer.detail}`,
        step.changedAtMs,
      );
    return this.#notBegun(step, answer);
  }

  /** The server was not reached or said no before it did anything. */
  async #notBegun(step: ApplyStep, answer: Answer & { readonly ok: false }): Promise<void> {
    if (answer.kind === 'refused' && answer.refusal === 'stale')
      return this.#move(step, 'stale', `${answer.detail} Nothing was written: propose it anew.`);
    const passes = answer.kind !== 'refused' || answer.refusal === 'busy';
    if (passes && this.#tryAgain(step)) return this.#ports.wait(RETRY_MS);
    return this.#move(step, 'failed', `${answer.detail} Nothing was written.`);
  }

  async #verify(taken: TakenStep, server: Server): Promise<void> {
    const { step, plan } = taken;
    const { clock, judge } = this.#ports;
    const answer = await this.#status(taken, server);
    if (!answer.ok) return this.#lost(step, answer);
    if (answer.state !== 'activated') return this.#settle(taken, answer);
    const judged = judge(await this.#observe(taken, answer), 'verifying');
    if (judged.verdict === 'verified') return this.#move(step, 'verified', judged.because);
    if (judged.verdict === 'regressed') return this.#rollBack(taken, server, judged.because);
    const deadlineMs = actedAt(step) + plan.confirmWithinSeconds * 1000 - BEFORE_THE_DEADLINE_MS;
    if (clock.nowMs() >= deadlineMs)
      return this.#rollBack(taken, server, `It was not proven in time: ${judged.because}`);
    return this.#ports.wait(VERIFY_EVERY_MS);
  }

  async #confirm(taken: TakenStep, server: Server): Promise<void> {
    const { step, plan } = taken;
    const answer = await this.#ports.operator.confirm(server, plan.unit, this.#planId(taken));
    if (answer.ok) return this.#settle(taken, answer);
    if (answer.kind === 'refused') return this.#reconcile(taken, server);
    return this.#lost(step, answer);
  }

  async #watch(taken: TakenStep, server: Server): Promise<void> {
    const { step, plan } = taken;
    const { clock, judge } = this.#ports;
    const answer = await this.#status(taken, server);
    const isOver = clock.nowMs() >= actedAt(step) + plan.verification.watchMs;
    if (!answer.ok)
      // Confirmed is confirmed: what is missing is only the look.
      return isOver ? this.#lost(step, answer) : this.#ports.wait(ASK_AGAIN_MS);
    if (answer.state !== 'confirmed') return this.#settle(taken, answer);
    const judged = judge(await this.#observe(taken, answer), 'watching');
    if (judged.verdict === 'regressed') return this.#rollBack(taken, server, judged.because);
    if (isOver) return this.#move(step, 'done', judged.because);
    return this.#ports.wait(WATCH_EVERY_MS);
  }

  async #rollBack(taken: TakenStep, server: Server, reason: string): Promise<void> {
    const { step, plan } = taken;
    const answer = await this.#ports.operator.rollback(server, plan.unit, this.#planId(taken), reason);
    if (answer.ok) {
      if (answer.state === 'rolled-back') return this.#move(step, 'rolled-back', reason);
      return this.#settle(taken, answer);
    }
    if (answer.kind === 'refused' && answer.refusal !== 'busy')
      return this.#move(
        step,
        'failed',
        `${reason} It could not be taken back: ${answer.detail} Look at ${plan.unit} on ${plan.server} now.`,
      );
    return this.#lost(step, answer);
  }

  /** Asks the server what became of it. */
  async #reconcile(taken: TakenStep, server: Server): Promise<void> {
    const { step } = taken;
    const answer = await this.#status(taken, server);
    if (answer.ok) return this.#settle(taken, answer);
    if (answer.kind !== 'refused') {
      if (step.state !== 'unknown') return this.#lost(step, answer);
      return this.#ports.wait(ASK_AGAIN_MS);
    }
    if (answer.refusal !== 'unknown-plan') return this.#ports.wait(RETRY_MS);
    return this.#forestall(taken, server);
  }

  /** It never came. What was sent may still be on its way: the server is told that it must not come any more. */
  async #forestall(taken: TakenStep, server: Server): Promise<void> {
    const { step, plan } = taken;
    const reason = 'It was not applied in time.';
    const answer = await this.#ports.operator.rollback(server, plan.unit, this.#planId(taken), reason);
    if (!answer.ok) return this.#ports.wait(RETRY_MS);
    if (answer.state !== 'failed' && answer.state !== 'rolled-back') return this.#settle(taken, answer);
    return this.#move(
      step,
      'failed',
      'It never reached the server, and nothing was changed there. An approval is not carried out late: propose it anew.',
    );
  }

  /** Moves the step to what the server says of the plan. */
  async #settle({ step }: TakenStep, status: HelperStatus): Promise<void> {
    const { detail } = status;
    // No later than it acted: what happened since is the change's.
    const actedAtMs = actedAt(step);
    switch (status.state) {
      case 'written':
        return step.state === 'written'
          ? this.#ports.wait(VERIFY_EVERY_MS)
          : this.#move(step, 'written', detail, actedAtMs);
      case 'activated':
        return this.#move(step, 'reloaded', detail, actedAtMs);
      case 'confirmed':
        return this.#move(step, 'watching', detail, actedAtMs);
      default:
        return this.#move(step, status.state, detail);
    }
  }

  /** The server cannot be asked just now: once more, then it is said. */
  async #lost(step: ApplyStep, answer: Answer & { readonly ok: false }): Promise<void> {
    if (this.#tryAgain(step, 2)) return this.#ports.wait(RETRY_MS);
    return this.#move(step, 'unknown', `The server cannot be asked: ${answer.detail}`);
  }

  async #withoutServer({ step, plan }: TakenStep): Promise<void> {
    const detail = `staunch.yml does not name ${plan.server} any more, or cannot be read.`;
    if (this.#tryAgain(step)) return this.#ports.wait(RETRY_MS);
    if (step.state === 'claimed') return this.#move(step, 'failed', `${detail} Nothing was written.`);
    if (step.state !== 'unknown') return this.#move(step, 'unknown', detail);
    return this.#ports.wait(ASK_AGAIN_MS);
  }

  async #observe({ step, plan, view }: TakenStep, status: HelperStatus) {
    const { observer, clock } = this.#ports;
    const atMs = clock.nowMs();
    const actedAtMs = actedAt(step);
    const lengthMs = Math.max(plan.verification.watchMs, atMs - actedAtMs);
    const { service } = view.proposal.plan;
    const { healthUrl } = plan.verification;
    const past = spanBefore(actedAtMs, lengthMs);
    const [before, after, health] = await Promise.all([
      observer.span(service, past.fromMs, past.toMs),
      observer.span(service, actedAtMs, atMs),
      healthUrl === undefined ? undefined : observer.health(healthUrl),
    ]);
    return { plan, status, actedAtMs, atMs, before, after, ...(health && { health }) };
  }

  #status(taken: TakenStep, server: Server): Promise<Answer> {
    return this.#ports.operator.status(server, taken.plan.unit, this.#planId(taken));
  }

  #planId({ view, step }: TakenStep): string {
    return planIdOf(view.proposal.id, step.position);
  }

  async #move(step: ApplyStep, state: MoveTo['state'], detail: string, actedAtMs?: number): Promise<void> {
    const acted = actedAtMs === undefined ? {} : { actedAtMs };
    await this.#ports.move(step, { state, detail, atMs: this.#ports.clock.nowMs(), ...acted });
  }

  /** True while this very step has been tried fewer than `most` times. */
  #tryAgain({ server, version }: ApplyStep, most = TRIES): boolean {
    const of = `${server}/${version}`;
    if (this.#tries.of !== of) this.#tries = { of, count: 0 };
    return ++this.#tries.count < most;
  }
}

/** A step that has acted says when; before that, no later than this. */
function actedAt(step: ApplyStep): number {
  return step.actedAtMs ?? step.changedAtMs;
}

function checkWords({ name, detail }: { readonly name: string; readonly detail: string }): string {
  return `${name}: ${detail}`;
}
