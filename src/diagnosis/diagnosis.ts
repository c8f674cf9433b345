import type { CaseFile } from '../collectors/case-file.ts';
import { type Analysis, analyse, feltFailures, foreignKillsOf, speaks } from './analysis.ts';
import { HYPOTHESES } from './catalogue.ts';
import type { CauseId, Finding, ObservationId, Reason } from './cause.ts';
import { type Correlation, correlate } from './correlation.ts';
import { ownHypothesis } from './hypotheses/own-cause.ts';
import { harmlessEvents } from './hypotheses/recycling.ts';
import { harmlessOutages } from './hypotheses/unit-down.ts';
import { count, findingOf, type Hypothesis, reason } from './hypothesis.ts';
import type { OwnCause } from './own-causes.ts';
import { isFault } from './worker-deaths.ts';

/**
 * `confirmed`: evidence names the pid or the unit, and the errors follow from it. `likely`: the best
 * explanation, not proven. `inconclusive`: something is wrong and the evidence does not say what.
 * `no-incident`: the logs were read and nothing is wrong.
 */
export type Verdict = 'confirmed' | 'likely' | 'inconclusive' | 'no-incident';

export interface Diagnosis {
  readonly analysis: Analysis;
  readonly verdict: Verdict;
  /** Most plausible first; refuted ones at the end, with what refutes them. */
  readonly findings: readonly Finding[];
  readonly observed: readonly { readonly id: ObservationId | CauseId; readonly reason: Reason }[];
  readonly correlation: Correlation;
}

const CONFIRMED = 0.9;
const LIKELY = 0.5;
/** A cause that explains less than this share of the failures is part of the story, not the verdict on it. */
const MAIN_SHARE = 0.3;

/**
 * Diagnoses a case: facts, weighed hypotheses, a verdict that says no more than the evidence carries.
 *
 * @param ownCauses what a playbook brings along, weighed beside the hypotheses by the same rules
 */
export function diagnose(
  caseFile: CaseFile,
  hypotheses: readonly Hypothesis[] = HYPOTHESES,
  ownCauses: readonly OwnCause[] = [],
): Diagnosis {
  const analysis = analyse(caseFile, ownCauses);
  const felt = feltFailures(analysis).length;
  const findings = [...hypotheses, ...ownCauses.map(ownHypothesis)]
    .map(hypothesis => findingOf(hypothesis, analysis))
    .filter(finding => finding !== undefined)
    .sort((a, b) => standing(b, felt) - standing(a, felt));
  const leading = findings[0];
  return {
    analysis,
    verdict: verdictOf(analysis, leading, felt),
    findings,
    observed: observationsOf(analysis),
    correlation: correlationOf(analysis, leading),
  };
}

/** How a finding ranks: how sure it is, times how much of the damage it explains. */
function standing(finding: Finding, felt: number): number {
  const share = felt === 0 ? 1 : Math.min(finding.attributed / felt, 1);
  return finding.probability * (0.15 + 0.85 * share) + (finding.id === 'client-abort' ? -0.1 : 0);
}

function verdictOf(analysis: Analysis, leading: Finding | undefined, felt: number): Verdict {
  const harmed =
    felt > 0 ||
    analysis.deaths.some(isFault) ||
    analysis.outages.length > harmlessOutages(analysis).length ||
    analysis.attributions.some(a => a.failure.effect === 'masked');
  if (leading && leading.probability >= LIKELY) {
    const share = felt === 0 ? 1 : leading.attributed / felt;
    if (leading.proven && leading.probability >= CONFIRMED && share >= MAIN_SHARE) return 'confirmed';
    return 'likely';
  }
  if (harmed) return 'inconclusive';
  return sawTraffic(analysis) ? 'no-incident' : 'inconclusive';
}

/**
 * "Nothing is wrong" needs somebody to have looked: the access log for what clients got, and the error log or
 * the workers' ledger for what a good status hides.
 */
function sawTraffic({ caseFile }: Analysis): boolean {
  const front = caseFile.hosts.filter(h => h.runsNginx);
  const app = caseFile.hosts.filter(h => h.runsApp);
  return (
    speaks('nginx-access-log', front) && (speaks('nginx-error-log', front) || speaks('unit-journal', app))
  );
}

function observationsOf(analysis: Analysis): Diagnosis['observed'] {
  const { recycled, reloads } = harmlessEvents(analysis);
  const observed: { id: ObservationId | CauseId; reason: Reason }[] = [];
  if (reloads.length > 0) {
    observed.push({
      id: 'graceful-reload',
      reason: reason(
        0,
        `${count(reloads.length, 'reload')} (HUP): old workers left, new ones came.`,
        reloads.slice(0, 2).map(e => e.line),
      ),
    });
  }
  if (recycled.length > 0) {
    observed.push({
      id: 'recycling-works',
      reason: reason(
        0,
        `${count(recycled.length, 'worker')} recycled by max_requests without a failed request.`,
        recycled.slice(0, 2).map(e => e.line),
      ),
    });
  }
  const planned = harmlessOutages(analysis);
  if (planned.length > 0) {
    const lines = planned.slice(0, 2).flatMap(o => o.lines.slice(0, 2));
    const text = `The unit was stopped and started again ${planned.length === 1 ? 'once' : `${planned.length} times`} without a failed request.`;
    observed.push({ id: 'deploy-restart', reason: reason(0, text, lines) });
  }
  const foreign = foreignKillsOf(analysis);
  if (foreign.length > 0) {
    observed.push({
      id: 'dependency-oom-kill',
      reason: reason(
        0,
        `${count(foreign.length, 'kernel OOM kill')} in the log ${foreign.length === 1 ? 'is' : 'are'} not of this unit (another cgroup).`,
        foreign.slice(0, 2).map(f => f.kill.line),
      ),
    });
  }
  const changes = analysis.caseFile.hosts.flatMap(h => h.signals).filter(s => s.kind === 'change');
  if (changes.length > 0) {
    const newest = changes.toSorted((a, b) => b.at.epochMs - a.at.epochMs).slice(0, 3);
    observed.push({
      id: 'recent-change',
      reason: reason(
        0,
        `${count(changes.length, 'change')} of packages or configuration in the day before; the newest: ${newest[0]?.what ?? ''}.`,
        newest.map(c => c.line),
      ),
    });
  }
  return observed;
}

/** Correlates 502s and cut bodies with the deaths of the leading cause, or with every faulty death. */
function correlationOf(analysis: Analysis, leading: Finding | undefined): Correlation {
  const own = analysis.deaths.filter(d => d.cause === leading?.id);
  const deaths = own.length > 0 ? own : analysis.deaths.filter(isFault);
  const failures = feltFailures(analysis).filter(
    a => a.failure.effect === 'cut' || a.failure.status === 502 || a.death !== undefined,
  );
  const doubt =
    Math.max(0, ...deaths.map(d => d.at.toleranceMs + (d.noticedLateMs > 0 ? 1_000 : 0))) +
    Math.max(0, ...failures.slice(0, 1).map(a => a.failure.toleranceMs));
  return correlate(
    failures.map(a => a.failure.atMs),
    deaths.map(d => d.at.epochMs),
    analysis.caseFile.window,
    doubt,
  );
}

/** 502s that follow from something the evidence shows. */
export function explained502(analysis: Analysis): number {
  return analysis.attributions.filter(
    a => a.failure.status === 502 && a.failure.effect === 'client' && a.cause !== undefined,
  ).length;
}

/** Lines of NGINX about its upstream, whatever became of the request. */
export function upstreamErrors({ caseFile }: Analysis): number {
  const { fromMs, toMs } = caseFile.window;
  return caseFile.hosts
    .flatMap(h => h.signals)
    .filter(s => s.kind === 'upstream-failure' && s.at.epochMs >= fromMs - 999 && s.at.epochMs <= toMs)
    .length;
}
