import type { Playbook } from '../../playbooks/playbook.ts';
import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import { durationWords } from '../report/time-words.ts';
import type { Situation } from './condition.ts';
import type { NextStep } from './next-step.ts';

type Watch = NonNullable<Playbook['watch']>;

/** Diagnoses begin with whole seconds, and the press that settled the last step lies between them. */
const BEGIN_SLACK_MS = 5_000;
const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `30m` in ms. */
export function watchMs(length: string): number {
  return Number(length.slice(0, -1)) * UNIT_MS[length.at(-1) as keyof typeof UNIT_MS];
}

/**
 * The watch as a step; undefined once it stayed calm for long enough. Only a diagnosis that begins after the
 * last step was settled tells about the time since.
 */
export function watchStep(
  watch: Watch,
  { document, settled }: Situation,
  watched: readonly DiagnosisDocument[],
  reason: string,
): NextStep | undefined {
  const fromMs = Math.max(Date.parse(document.window.to), ...[...settled.values()].map(({ atMs }) => atMs));
  const wantedMs = watchMs(watch.for);
  const since = watched.filter(({ window }) => Date.parse(window.from) >= fromMs - BEGIN_SLACK_MS);
  const newest = since.toSorted((a, b) => Date.parse(a.window.to) - Date.parse(b.window.to)).at(-1);
  const relapse = since.findLast(({ counts }) => watch.calm.some(measure => (counts[measure] ?? 0) > 0));
  const unseen = newest ? watch.calm.filter(measure => newest.counts[measure] === null) : [];
  const calmMs = newest ? Date.parse(newest.window.to) - fromMs : 0;
  if (newest && !relapse && unseen.length === 0 && calmMs >= wantedMs) return undefined;
  const base = {
    id: 'watch',
    kind: 'watch',
    means: watch.means,
    canBeSkipped: false,
    settled: settled.size,
  } as const;
  if (relapse)
    return {
      ...base,
      title: 'It came back',
      look: `Since the last step: ${watch.calm.map(m => `${MEASURE_WORDS[m]} ${relapse.counts[m] ?? 'not counted'}`).join(', ')}.`,
      primary: { kind: 'diagnose', label: 'Diagnose it', fromMs },
      alternatives: [{ kind: 'resolve', label: 'Close anyway', reason }],
    };
  return {
    ...base,
    title: `Watch it for ${durationWords(wantedMs)}`,
    look:
      unseen.length > 0
        ? `${unseen.map(measure => MEASURE_WORDS[measure]).join(', ')} could not be counted: no log that holds it was readable.`
        : newest
          ? `Calm for ${durationWords(calmMs)} of ${durationWords(wantedMs)}.`
          : `These must stay at 0: ${watch.calm.map(measure => MEASURE_WORDS[measure]).join(', ')}.`,
    primary: { kind: 'diagnose', label: 'Look again', fromMs },
    alternatives: [{ kind: 'resolve', label: 'Close now', reason }],
    dueAtMs: fromMs + wantedMs,
  };
}

const MEASURE_WORDS: Readonly<Record<Watch['calm'][number], string>> = {
  http502: '502s',
  http504: '504s',
  http500: '500s',
  http499: '499s',
  upstreamErrors: 'upstream errors',
  workerDeaths: 'worker deaths',
  oomKillsOfTheUnit: 'OOM kills',
};
