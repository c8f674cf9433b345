import type { Server } from '../inventory/registry.ts';
import type { LeakMeasure } from '../remediation/leak-follow-up.ts';
import type { RemedyId, ServerPlan } from '../remediation/plan.ts';
import type { Message } from './message.ts';
import type { Planned } from './planned-change.ts';
import type { ApplyStep, Approval, HelperStatus, Proposal } from './remediation-ports.ts';
import type { Incident } from './state-ports.ts';

/** What a change is wanted of. */
export interface PlanRequest {
  /** Id of a registered service. */
  readonly service: string;
  /** Whatever helps most, when nobody said. */
  readonly remedy?: RemedyId;
  /** Numbers that a person chose instead of the computed ones, by name. */
  readonly settings?: Readonly<Record<string, number>>;
}

/** Looks at a service and makes the exact plan of a change, or says why there is none. It changes nothing. */
export interface Planner {
  /** Never throws. Ends soon after `cancel`. */
  plan(request: PlanRequest, cancel: AbortSignal): Promise<Planned>;
}

/** A change as it stands: everything that its messages are made of. */
export interface ChangeView {
  readonly proposal: Proposal;
  /** Where it is told. */
  readonly incident: Incident;
  readonly approvals: readonly Approval[];
  readonly steps: readonly ApplyStep[];
}

/** How a service did in a stretch of time, from the watch's stored counts. */
export interface MeasuredSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly minutes: number;
  readonly requests: number;
  readonly http502: number;
  readonly oomKills: number;
  readonly restarts: number;
  readonly workerEnds: number;
  /** Largest worker that was seen. */
  readonly peakRssBytes?: number;
}

/** One report on what a change has come to. */
export interface OutcomeReport {
  readonly dueAtMs: number;
  readonly actedAtMs: number;
  /** One sentence that says whether it helped. */
  readonly verdict: 'better' | 'same' | 'worse' | 'too-little-traffic' | 'not-measured';
  readonly headline: string;
  /** The same measures before and after, with their uncertainty, one sentence each. */
  readonly measures: readonly string[];
  /** What is still to be done: the leak is there as long as its slope is. */
  readonly followUp?: string;
}

/** The words of changes on one surface. Implemented by `handlers/slack/blocks`. Pure. */
export interface ChangeWords {
  /** The card: what, where, why, the diff, who must approve. Posted once, then edited. */
  card(view: ChangeView): Message;
  /** Diffs too long for the card, as files below it. */
  files(
    view: ChangeView,
  ): readonly { readonly name: string; readonly title: string; readonly text: string }[];
  /** The message below the card that shows how the change gets on; edited in place. */
  progress(view: ChangeView): Message;
  /** The reply that says how it ended; names people, because it is over. */
  ended(view: ChangeView): Message;
  /** The reply that asks for approval once more; `round` counts from 1. */
  reminder(view: ChangeView, round: number, ask: readonly string[]): Message;
  /** The reply that everybody reads when somebody applied it without the approvals. */
  brokenGlass(view: ChangeView): Message;
  outcome(view: ChangeView, report: OutcomeReport): Message;
  /** What was applied is not in force any more. */
  drift(view: ChangeView, server: string, what: string): Message;
}

/** What can be seen of a changed service from outside the helper. */
export interface ChangeObserver {
  /** Counts of the whole service between two instants; `minutes` is 0 where nothing watched. */
  span(service: string, fromMs: number, toMs: number): Promise<MeasuredSpan>;
  /** Asks the health URL of the plan, where it names one. Never throws, ends within seconds. */
  /** How fast workers grew before the change and grow now, as far as that was measured. */
  leak?(service: string, actedAtMs: number, nowMs: number): Promise<LeakMeasure>;
  health(url: string): Promise<{ readonly ok: true } | { readonly ok: false; readonly detail: string }>;
}

/** What was seen of one server after its change. */
export interface Observation {
  readonly plan: ServerPlan;
  readonly status: HelperStatus;
  readonly actedAtMs: number;
  readonly atMs: number;
  /** The same length before the change, and since. */
  readonly before: MeasuredSpan;
  readonly after: MeasuredSpan;
  readonly health?: { readonly ok: true } | { readonly ok: false; readonly detail: string };
}

/** What an observation comes to. `because` is for people. */
export interface Judgement {
  readonly verdict: 'verified' | 'not-yet' | 'regressed';
  readonly because: string;
}

/** The pure judging of observations. */
export type JudgeChange = (observation: Observation, phase: 'verifying' | 'watching') => Judgement;

/** Finds the server of a step as staunch.yml says it now. */
export type ServerOf = (id: string) => Promise<Server | undefined>;
