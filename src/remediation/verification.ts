import type { HelperProcess, HelperState } from './helper-state.ts';
import { observedByHelper } from './observed-unit.ts';
import type { ServerPlan } from './plan.ts';
import { notInForce } from './settings-in-force.ts';
import { compareRates } from './statistics.ts';

/** What was counted in a stretch of time; `minutes` is 0 where nobody watched. */
export interface CountedSpan {
  readonly minutes: number;
  readonly requests: number;
  readonly http502: number;
  readonly oomKills: number;
  readonly restarts: number;
  readonly workerEnds: number;
}

/** What was seen of one server after its change. */
export interface ChangeObservation {
  readonly plan: ServerPlan;
  readonly status: HelperState;
  /** Epoch ms, by one clock. */
  readonly actedAtMs: number;
  readonly atMs: number;
  readonly before: CountedSpan;
  readonly after: CountedSpan;
  readonly health?: { readonly ok: true } | { readonly ok: false; readonly detail: string };
}

/** `not-yet`: nothing speaks against it, but not everything that was promised has been seen. */
export interface ChangeJudgement {
  readonly verdict: 'verified' | 'not-yet' | 'regressed';
  /** For people: one or two sentences. */
  readonly because: string;
}

/** `verifying`: right after the action, before the server stops to wait for a confirmation. */
export type VerifyingPhase = 'verifying' | 'watching';

/** Of /proc: one hundredth of a second, on every Linux (USER_HZ). */
const TICKS_PER_SECOND = 100;
/** What a clock tick, the request over the wire and the start of a process may add up to. */
const SLACK_MS = 2_000;
/** Fewer than this more are chance on any service. */
const FEW_502 = 3;
/** This rarely do equal rates differ so much by chance. */
const CHANCE = 0.01;
/** A worker that the new settings should have replaced by 1.3 times their longest draw proves that they are not in force. */
const RECYCLE_PATIENCE = 1.3;

/**
 * Judges one look at a changed server. It is verified when the settings are in force, the workers run and are younger
 * than the action where it replaces them, the app answers, and no more 502s come than before; while watching, also when
 * workers leave by their new settings as promised. It has regressed as soon as something is worse than before the change.
 */
export function judgeChange(observation: ChangeObservation, phase: VerifyingPhase): ChangeJudgement {
  const worse = regressionIn(observation);
  if (worse !== undefined) return { verdict: 'regressed', because: worse };
  const { settings, health, workers } = openIn(observation);
  if (phase === 'verifying') {
    const open = [...settings, ...workers, ...health];
    return open.length > 0
      ? { verdict: 'not-yet', because: open.join(' ') }
      : { verdict: 'verified', because: provenWords(observation) };
  }
  // A worker that is being recycled is missing for as long as it takes to start: that is the change at work.
  if (settings.length > 0) return { verdict: 'regressed', because: settings.join(' ') };
  if (health.length > 0) return failingHealth(observation, health.join(' '));
  return recycled(observation) ?? { verdict: 'verified', because: provenWords(observation) };
}

/** One bad answer of the health address while every counted request is served well is no proof. */
function failingHealth({ after }: ChangeObservation, because: string): ChangeJudgement {
  const isServed = after.requests > 0 && after.http502 === 0;
  return { verdict: isServed ? 'not-yet' : 'regressed', because };
}

/** What no waiting mends. */
function regressionIn({ plan, status, before, after }: ChangeObservation): string | undefined {
  const state = status.unitState.ActiveState ?? 'unknown';
  if (state !== 'active' && state !== 'reloading' && state !== 'activating')
    return `The unit is ${state} since the change.`;
  const { mainPid, mainStartTicks } = plan.precondition;
  const isSame = status.master?.pid === mainPid && status.master.startTicks === mainStartTicks;
  if (status.master !== undefined && !isSame && plan.activation.kind !== 'restart')
    return `The main process ended and another one runs (${status.master.pid} in place of ${mainPid}), which the change should not do.`;
  return more502s(before, after) ?? moreKills(before, after);
}

function more502s(before: CountedSpan, after: CountedSpan): string | undefined {
  if (after.http502 < FEW_502 || after.requests === 0) return undefined;
  const told = `${after.http502} of ${after.requests} requests ended in a 502 since the change`;
  if (before.requests === 0) return `${told}; nothing was counted before it.`;
  const { p, ratio = Number.POSITIVE_INFINITY } = compareRates({
    beforeEvents: before.http502,
    beforeExposure: before.requests,
    afterEvents: after.http502,
    afterExposure: after.requests,
  });
  return ratio > 1 && p < CHANCE
    ? `${told}, ${before.http502} of ${before.requests} before it: more than chance explains.`
    : undefined;
}

function moreKills(before: CountedSpan, after: CountedSpan): string | undefined {
  if (after.oomKills === 0 || after.minutes === 0 || before.minutes === 0) return undefined;
  const { p, ratio = Number.POSITIVE_INFINITY } = compareRates({
    beforeEvents: before.oomKills,
    beforeExposure: before.minutes,
    afterEvents: after.oomKills,
    afterExposure: after.minutes,
  });
  return ratio > 1 && p < CHANCE
    ? `${after.oomKills} workers were OOM-killed since the change, ${before.oomKills} in as long before it.`
    : undefined;
}

/** What is still missing, one sentence each. */
interface OpenPoints {
  readonly settings: readonly string[];
  readonly workers: readonly string[];
  readonly health: readonly string[];
}

function openIn(observation: ChangeObservation): OpenPoints {
  const { plan, status, health } = observation;
  const { service, server, unit, verification } = plan;
  const observed = observedByHelper({ service, server, unit, hostKey: plan.hostKey }, status);
  const settings = notInForce(observed, verification.expected).map(({ name, expected, found }) =>
    found === undefined
      ? `Whether ${name} is ${expected} cannot be told yet.`
      : `${name} is ${found} and not ${expected}.`,
  );
  const running = status.workers.length;
  const old = verification.workersMustBeNew ? status.workers.filter(one => isOlder(one, observation)) : [];
  const remains = survivor(observation);
  return {
    settings,
    workers: [
      ...(running < verification.workers ? [`${running} of ${verification.workers} workers run.`] : []),
      ...(old.length > 0
        ? [
            `${old.length} ${old.length === 1 ? 'worker is' : 'workers are'} older than the change (${old.map(one => one.pid).join(', ')}).`,
          ]
        : []),
      ...(remains === undefined ? [] : [`Worker ${remains} still runs: it finishes its requests.`]),
    ],
    health: health?.ok === false ? [`The health address does not answer well: ${health.detail}.`] : [],
  };
}

/** Known only where the helper tells the time of the server: then no clocks need to agree. */
function isOlder({ startTicks }: HelperProcess, { status, actedAtMs, atMs }: ChangeObservation): boolean {
  if (status.uptimeTicks === undefined) return false;
  const ageMs = ((status.uptimeTicks - startTicks) * 1000) / TICKS_PER_SECOND;
  return ageMs > atMs - actedAtMs + SLACK_MS;
}

/** The worker that was to leave and has not. */
function survivor({ plan, status }: ChangeObservation): number | undefined {
  const { activation } = plan;
  if (activation.kind !== 'recycle-worker') return undefined;
  const { pid, startTicks } = activation;
  return status.workers.find(one => one.pid === pid && one.startTicks === startTicks)?.pid;
}

/** Whether workers leave by their new settings, once that must have happened; undefined when nothing was promised. */
function recycled(observation: ChangeObservation): ChangeJudgement | undefined {
  const { plan, status, actedAtMs, atMs, after } = observation;
  const { firstRecycleMs } = plan.verification;
  const { maxRequests, maxRequestsJitter } = plan.settings;
  if (
    firstRecycleMs === undefined ||
    typeof maxRequests !== 'number' ||
    typeof maxRequestsJitter !== 'number'
  )
    return undefined;
  const latestMs = firstRecycleMs * ((maxRequests + maxRequestsJitter) / maxRequests) * RECYCLE_PATIENCE;
  const sinceMs = atMs - actedAtMs;
  if (after.workerEnds > after.oomKills)
    return {
      verdict: 'verified',
      because: `${provenWords(observation)} ${after.workerEnds - after.oomKills} ${after.workerEnds - after.oomKills === 1 ? 'worker has' : 'workers have'} been recycled as planned.`,
    };
  if (sinceMs < latestMs || status.uptimeTicks === undefined)
    return {
      verdict: 'not-yet',
      because: `${provenWords(observation)} That workers leave by themselves is not proven yet: the first is expected ${minutesWords(firstRecycleMs)} after the change.`,
    };
  return {
    verdict: 'not-yet',
    because: `No worker has been recycled ${minutesWords(sinceMs)} after the change, and every one should have been after ${minutesWords(latestMs)} of the traffic that was counted on. Either there is less traffic, or the settings are not in force.`,
  };
}

function provenWords({ plan, status, after, health }: ChangeObservation): string {
  const names = Object.entries(plan.verification.expected).map(([name, value]) => `${name} = ${value}`);
  const workers = status.workers.length;
  return [
    names.length > 0 ? `In force: ${names.join(', ')}.` : '',
    `${workers} ${workers === 1 ? 'worker runs' : 'workers run'}${plan.verification.workersMustBeNew && status.uptimeTicks !== undefined ? ', all younger than the change' : ''}.`,
    health?.ok === true ? 'The health address answers.' : '',
    after.requests > 0 ? `${after.http502} of ${after.requests} requests ended in a 502.` : '',
  ]
    .filter(text => text !== '')
    .join(' ');
}

function minutesWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return minutes < 1 ? 'within a minute' : `${minutes} min`;
  return `${Math.round(minutes / 60)} hours`;
}
