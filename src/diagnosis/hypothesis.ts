import type { SourceLine } from '../signals/signal.ts';
import { type Analysis, attributedTo, exampleLines, feltFailures } from './analysis.ts';
import type { Attribution } from './attribution.ts';
import type { CauseId, Finding, OwnCauseWords, Reason } from './cause.ts';
import type { WorkerDeath } from './worker-deaths.ts';

/** A claim about the cause, with its reasons; `undefined` when nothing speaks for or against it. */
export interface Weighing {
  readonly reasons: readonly Reason[];
  readonly proven: boolean;
  readonly attributed: number;
  readonly scope?: 'memcg' | 'global';
}

/** Weighs one cause on the facts. Pure: same facts, same weight. */
export interface Hypothesis {
  readonly id: CauseId;
  /** For a cause that a playbook brings along. */
  readonly words?: OwnCauseWords;
  weigh(analysis: Analysis): Weighing | undefined;
}

/** Before any evidence every single cause is unlikely: 1 in 100. */
const PRIOR_DECIBANS = -20;

/** Turns reasons into a probability: prior and reasons add up in decibans. */
export function findingOf(hypothesis: Hypothesis, analysis: Analysis): Finding | undefined {
  const weighing = hypothesis.weigh(analysis);
  if (weighing === undefined) return undefined;
  const decibans = weighing.reasons.reduce((sum, r) => sum + r.decibans, PRIOR_DECIBANS);
  const probability = 1 / (1 + 10 ** (-decibans / 10));
  return {
    id: hypothesis.id,
    probability: Math.round(probability * 1000) / 1000,
    ...weighing,
    ...(hypothesis.words && { words: hypothesis.words }),
  };
}

export const reason = (
  decibans: number,
  text: string,
  lines: readonly (SourceLine | undefined)[] = [],
): Reason => ({
  decibans,
  text,
  lines: [...new Set(lines.filter(l => l !== undefined))].slice(0, MOST_LINES),
});

/** A claim needs a few lines that can be opened, not all of them. */
const MOST_LINES = 4;

/** `1 worker`, `3 workers`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** `10:15:36Z`: reasons speak UTC, people's own zone is added where it is shown. */
export const clockTime = (atMs: number): string => `${new Date(atMs).toISOString().slice(11, 19)}Z`;

/** `76 MB`. */
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MB`;

/** `a`, `a and b`, `a, b and c`. */
const inWords = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

/** Names at most four pids, then counts. */
export function pidsOf(deaths: readonly Pick<WorkerDeath, 'pid'>[]): string {
  const pids = deaths.flatMap(d => d.pid ?? []);
  if (pids.length === 0) return 'pid unknown';
  const named = pids.slice(0, 4).join(', ');
  return pids.length > 4
    ? `pids ${named} and ${pids.length - 4} more`
    : `${pids.length === 1 ? 'pid' : 'pids'} ${named}`;
}

/** ` at 10:15:36Z`, `, the first at 10:15:36Z`: deaths are oldest first. */
export function whenOf(deaths: readonly WorkerDeath[]): string {
  return `${deaths.length === 1 ? '' : ', the first'} at ${clockTime(deaths[0]?.at.epochMs ?? 0)}`;
}

/** The sentence that ties failures to a cause, or says that none follow from it. */
export function effectReason(analysis: Analysis, cause: CauseId): Reason[] {
  const attributed = attributedTo(analysis, cause);
  if (attributed.length === 0) {
    // It happened, but it is not what people saw: it may lead only where nothing explains more.
    return feltFailures(analysis).length === 0
      ? []
      : [reason(-25, 'None of the failed requests follows from it in time and kind.')];
  }
  const cut = attributed.filter(a => a.failure.effect === 'cut').length;
  const masked = attributed.filter(a => a.failure.effect === 'masked').length;
  const felt = attributed.length - cut - masked;
  const parts = [
    felt > 0 ? `${count(felt, 'failed request')}` : '',
    cut > 0 ? `${count(cut, 'response')} cut short` : '',
    masked > 0 ? `${count(masked, 'try', 'tries')} saved by a retry` : '',
  ].filter(Boolean);
  return [
    reason(
      6,
      `${inWords(parts)} ${attributed.length === 1 ? 'follows' : 'follow'} from it in time and kind.`,
      exampleLines(attributed),
    ),
    ...uncapped(analysis, attributed),
  ];
}

/** Without the number of threads nobody knows how many requests one death can have cost. */
function uncapped(analysis: Analysis, attributed: readonly Attribution[]): Reason[] {
  const seen = new Set<WorkerDeath>();
  const several = attributed.some(({ death }) => {
    if (death === undefined || analysis.threads.get(death.server) !== undefined) return false;
    if (seen.has(death)) return true;
    seen.add(death);
    return false;
  });
  return several
    ? [
        reason(
          0,
          'How many requests a worker holds at once is not known, so one death may explain any number of them.',
        ),
      ]
    : [];
}
