import { answerLines, lineMaker, wholeNumber } from './answer-lines.ts';
import type { Change } from './signal.ts';

/** Last second of the year 9999: a larger number is not a date but noise. */
const LAST_EPOCH_SECOND = 253_402_300_799;

/** Reads `EPOCH TAB text` lines (upgrades, unit files touched), in the order given. */
export function readRecentChanges(text: string, server: string): readonly Change[] {
  const line = lineMaker(server, 'recent-changes');
  const changes: Change[] = [];
  for (const row of answerLines(text)) {
    const tab = row.indexOf('\t');
    const seconds = /^(\d{1,12})(?:\.\d{1,9})?$/.exec(row.slice(0, Math.max(0, tab)))?.[1];
    const epochSeconds = wholeNumber(seconds);
    const what = row.slice(tab + 1).trim();
    if (epochSeconds === undefined || epochSeconds > LAST_EPOCH_SECOND || what === '') continue;
    const at = { epochMs: epochSeconds * 1000, toleranceMs: 0 };
    changes.push({ kind: 'change', at, what, line: { ...line(row), at } });
  }
  return changes;
}
