import { leakFollowUp } from '../remediation/leak-follow-up.ts';
import { outcomeOf } from '../remediation/outcome.ts';
import { leakWords, outcomeHeadline, outcomeWords } from '../report/outcome-words.ts';
import { driftOf } from './change-drift.ts';
import { changeView, driftParcel, outcomeParcel } from './change-parcels.ts';
import type { ChangeObserver, ChangeView, ChangeWords, OutcomeReport, ServerOf } from './change-ports.ts';
import { OUTCOME_AFTER_MS, spanBefore } from './outcome-times.ts';
import type { Clock, Log } from './ports.ts';
import type { Operator } from './remediation-ports.ts';
import { STAUNCH_ITSELF, type State } from './state-ports.ts';

export interface OutcomeReportsPorts {
  readonly state: State;
  readonly observer: ChangeObserver;
  readonly words: ChangeWords;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent where no server can be asked. */
  readonly operator?: Operator;
  readonly serverOf: ServerOf;
  wakeDelivery(): void;
}

const DAY_MS = 86_400_000;
/** A change is looked after for as long; whoever still has it then knows it as their own. */
const LOOKED_AFTER_MS = 90 * DAY_MS;
/** Is a leak still there after the last planned report, it is said once more each week. */
const AGAIN_AFTER_MS = 7 * DAY_MS;
const MOST_OF_SERVICE = 20;

/** What changes have come to, told when it is due; and whether they are still in force, looked at once a day. */
export class OutcomeReports {
  readonly #ports: OutcomeReportsPorts;

  constructor(ports: OutcomeReportsPorts) {
    this.#ports = ports;
  }

  /** Reports on everything that is due; once, over processes and restarts. */
  async report(): Promise<void> {
    const { state, clock, log } = this.#ports;
    for (const { proposalId, dueAtMs } of await state.remediations.dueOutcomes(clock.nowMs()))
      try {
        await this.#reportOn(proposalId, dueAtMs);
      } catch (error) {
        log.error({ err: error, proposal: proposalId }, 'an outcome could not be reported');
      }
  }

  /** Asks every server whether what was applied is still in force; each difference is told once. */
  async lookForDrift(): Promise<void> {
    const { state, operator, clock, log } = this.#ports;
    if (!operator) return;
    const done = await state.remediations.inState(['done']);
    const recent = done.filter(each => clock.nowMs() - (each.endedAtMs ?? 0) < LOOKED_AFTER_MS);
    for (const { id } of recent)
      try {
        const view = await changeView(state, id);
        if (view && (await this.#isNewest(view))) await this.#driftOf(view, operator);
      } catch (error) {
        log.error({ err: error, proposal: id }, 'whether a change is still in force could not be seen');
      }
  }

  async #reportOn(proposalId: string, dueAtMs: number): Promise<void> {
    const { state, clock, words } = this.#ports;
    const view = await changeView(state, proposalId);
    const acted = view && actedIn(view);
    if (!view || !acted) return;
    const report = await this.#reportOf(view, acted, dueAtMs);
    const told = await state.atomically(async within => {
      const atMs = clock.nowMs();
      if (!(await within.remediations.reportedOutcome(proposalId, dueAtMs, atMs))) return false;
      // The leak is there until its slope falls: that is said until it has.
      if (report.leaks && dueAtMs - acted.lastMs >= OUTCOME_AFTER_MS[2])
        await within.remediations.scheduleOutcome(proposalId, [dueAtMs + AGAIN_AFTER_MS]);
      const text = [report.headline, ...report.measures, report.followUp ?? ''].join(' ').trim();
      await within.standings.add(view.incident.id, { kind: 'outcome', atMs, actor: STAUNCH_ITSELF, text });
      await within.outbox.put(outcomeParcel(view, report, words), atMs);
      return true;
    });
    if (told) this.#ports.wakeDelivery();
  }

  async #reportOf(
    { proposal }: ChangeView,
    acted: Acted,
    dueAtMs: number,
  ): Promise<OutcomeReport & { readonly leaks: boolean }> {
    const { observer } = this.#ports;
    const { service, remedy } = proposal.plan;
    const lengthMs = dueAtMs - acted.lastMs;
    const past = spanBefore(acted.firstMs, lengthMs);
    const [before, after, leak] = await Promise.all([
      observer.span(service, past.fromMs, past.toMs),
      observer.span(service, acted.lastMs, dueAtMs),
      remedy === 'recycling' && lengthMs >= DAY_MS
        ? observer.leak?.(service, acted.firstMs, dueAtMs)
        : undefined,
    ]);
    const outcome = outcomeOf(remedy, before, after);
    const follow = leak && leakFollowUp(leak);
    const followUp = follow && leakWords(follow);
    return {
      dueAtMs,
      actedAtMs: acted.lastMs,
      verdict: outcome.verdict,
      headline: outcomeHeadline(outcome),
      measures: outcomeWords(outcome),
      ...(followUp !== undefined && { followUp }),
      leaks: follow?.kind === 'still-there',
    };
  }

  /** A newer change of the same kind has its own word on what must be in force. */
  async #isNewest({ proposal }: ChangeView): Promise<boolean> {
    const { service, remedy } = proposal.plan;
    const all = await this.#ports.state.remediations.ofService(service, MOST_OF_SERVICE);
    const newest = all.find(each => each.plan.remedy === remedy && each.state === 'done');
    return newest?.id === proposal.id;
  }

  async #driftOf(view: ChangeView, operator: Operator): Promise<void> {
    const { state, serverOf, words, clock } = this.#ports;
    for (const applied of appliedIn(view)) {
      const server = await serverOf(applied.server);
      if (!server) continue;
      const answer = await operator.state(server, applied.unit);
      const drift = answer.ok ? driftOf(applied, answer) : undefined;
      if (!drift) continue;
      await state.outbox.put(driftParcel(view, { server: applied.server, ...drift }, words), clock.nowMs());
      this.#ports.wakeDelivery();
    }
  }
}

interface Acted {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** When a change began and ended to act; a person's own counts from when they said so. */
function actedIn({ proposal, steps }: ChangeView): Acted | undefined {
  if (proposal.plan.servers.length === 0 && proposal.endedAtMs !== undefined)
    return { firstMs: proposal.endedAtMs, lastMs: proposal.endedAtMs };
  const acted = steps.flatMap(step =>
    step.state === 'done' && step.actedAtMs !== undefined ? [step.actedAtMs] : [],
  );
  return acted.length === 0 ? undefined : { firstMs: Math.min(...acted), lastMs: Math.max(...acted) };
}

/** What must be in force, and where; of a change by hand what its card said. */
function appliedIn({ proposal, steps }: ChangeView) {
  const { service, servers } = proposal.plan;
  const byHand = proposal.brief.expected ?? [];
  if (servers.length === 0) return byHand.map(each => ({ ...each, service, changes: [] }));
  return servers
    .filter(plan => steps.some(step => step.server === plan.server && step.state === 'done'))
    .map(({ server, unit, verification, changes }) => ({
      service,
      server,
      unit,
      settings: verification.expected,
      changes,
    }));
}
