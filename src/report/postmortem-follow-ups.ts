import type { DiagnosisDocument } from './diagnosis-document.ts';
import { gapsByFix, lookNext, mendingOf } from './diagnosis-outline.ts';
import type { IncidentRecord } from './incident-record.ts';
import { stateWords } from './incident-timeline.ts';
import { code, inline } from './markdown.ts';

/** Changes that ended without being in force: what they were to mend is still there. */
const NOT_IN_FORCE = new Set(['rolled-back', 'failed', 'stale', 'rejected', 'expired', 'unknown']);
const MOST_GAPS = 8;

/** What is left to do, each as a box to tick. */
export function followUpsOf(record: IncidentRecord, document: DiagnosisDocument | undefined): string[] {
  const boxes = [
    ...(record.resolved === undefined ? ['Resolve the incident, with the reason.'] : []),
    ...skipped(record),
    ...record.changes.flatMap(({ what, state }) =>
      NOT_IN_FORCE.has(state)
        ? [`Decide about this change, which is not in force (${stateWords(state)}): ${inline(what)}`]
        : [],
    ),
    ...stillLeaking(record),
    ...record.runs.flatMap(({ feedback }) =>
      feedback.map(({ note }) => `Somebody said that the verdict was wrong; look into it: ${inline(note)}`),
    ),
    ...(document === undefined
      ? ['Find the cause: no diagnosis came to an end.']
      : [...mend(document), ...see(document)]),
  ];
  if (boxes.length === 0) return ['None.'];
  return [[...new Set(boxes)].map(text => `* [ ] ${text}`).join('\n')];
}

function skipped({ entries }: IncidentRecord): string[] {
  const settled = new Set(
    entries.flatMap(entry => (entry.kind === 'answer' && isSettled(entry.answer.how) ? [entry.title] : [])),
  );
  return entries.flatMap(entry =>
    entry.kind === 'answer' && entry.answer.how === 'skipped' && !settled.has(entry.title)
      ? [`A step was skipped: ${inline(entry.title)}`]
      : [],
  );
}

function isSettled(how: string): boolean {
  return how === 'done' || how === 'chosen';
}

/** The newest report counts. */
function stillLeaking({ entries }: IncidentRecord): string[] {
  const last = entries.findLast(entry => entry.kind === 'outcome');
  return last?.kind === 'outcome' && /leak is still there/i.test(last.text)
    ? ['Mend the leak itself: recycling only hides it, and by the last report it was still there.']
    : [];
}

/** What to look at for the cause: for the owners of the app, after the fire is out. */
function mend(document: DiagnosisDocument): string[] {
  if (document.verdict === 'no-incident') return [];
  return lookNext(document)
    .slice(0, 4)
    .map(({ words }) => inline(words));
}

function see({ gaps }: DiagnosisDocument): string[] {
  return gapsByFix(gaps)
    .slice(0, MOST_GAPS)
    .flatMap(([gap]) => {
      if (gap === undefined) return [];
      const { before, command, after } = mendingOf(gap);
      const how = `${inline(before)}${command === undefined ? '' : code(command)}${inline(after)}`;
      return [
        `Let the next diagnosis see more (${inline(gap.server)}, ${gap.source.replaceAll('-', ' ')}): ${how}`,
      ];
    });
}
