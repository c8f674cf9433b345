import type { DiffLine, FileDiff } from '../remediation/plan-diff.ts';
import { safeText } from './safe-text.ts';

const SIGNS: Readonly<Record<DiffLine['kind'], string>> = {
  added: '+',
  removed: '-',
  same: ' ',
  gap: '',
  note: '\\',
};
const LONGEST_LINE = 400;

/**
 * A diff as text that is safe to show: one line for each line of it, signs that could move a cursor, turn the reading
 * direction or hide are written out. Beyond `mostLines` it ends and says how many more there are.
 */
export function diffText(diff: FileDiff, mostLines = Number.POSITIVE_INFINITY): string {
  const path = safeText(diff.path, LONGEST_LINE);
  const lines = [
    `--- ${diff.isNew ? '/dev/null' : path}`,
    `+++ ${path}`,
    ...diff.lines.map(({ kind, text }) => SIGNS[kind] + safeText(text, LONGEST_LINE)),
  ];
  if (lines.length <= mostLines) return lines.join('\n');
  const kept = lines.slice(0, Math.max(0, mostLines - 1));
  return [...kept, `… ${lines.length - kept.length} more lines`].join('\n');
}

/** `2 lines added, 1 removed`, `new, 4 lines`. */
export function diffWords({ isNew, added, removed }: FileDiff): string {
  const lines = (count: number) => `${count} ${count === 1 ? 'line' : 'lines'}`;
  if (isNew) return `new, ${lines(added)}`;
  if (removed === 0) return `${lines(added)} added`;
  return added === 0 ? `${lines(removed)} removed` : `${lines(added)} added, ${removed} removed`;
}
