import type { ShownDiff } from '../../../src/workflows/planned-change.ts';
import { shown } from './slack-text.ts';

/** A longer diff is read in a file. */
const MOST_LINES = 40;
const LONGEST_LINE = 300;
const MOST_CHARACTERS = 4_000;

/** One diff with all servers that it is the same on. */
export interface DiffGroup {
  readonly path: string;
  readonly servers: readonly string[];
  /** Lines made safe, each as the plan's bytes have it. */
  readonly text: string;
}

/** True when all of it may stand in the card itself. */
export function isInline(diffs: readonly ShownDiff[]): boolean {
  const groups = diffGroups(diffs);
  const lines = groups.flatMap(group => group.text.split('\n'));
  return (
    lines.length <= MOST_LINES &&
    lines.join('\n').length <= MOST_CHARACTERS &&
    lines.every(line => line.length <= LONGEST_LINE)
  );
}

/** Diffs without repetition: servers of one service are mostly set up alike. */
export function diffGroups(diffs: readonly ShownDiff[]): readonly DiffGroup[] {
  const groups = new Map<string, { path: string; servers: string[]; text: string }>();
  for (const { server, path, text } of diffs) {
    const key = `${path}\n${text}`;
    const group = groups.get(key);
    if (group) group.servers.push(server);
    else groups.set(key, { path, servers: [server], text: safeLines(text) });
  }
  return [...groups.values()];
}

/** Line by line, so that the ends of lines stay and nothing else does anything. */
function safeLines(text: string): string {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map(line => shown(line, LONGEST_LINE + 50))
    .join('\n');
}
