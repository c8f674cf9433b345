import { structuredPatch } from 'diff';
import type { FileChange, ServerPlan } from './plan.ts';

/** One line of a diff. `gap` stands before lines that do not follow on the ones above, `note` for a missing newline. */
export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'same' | 'gap' | 'note';
  /** As the file has it, without its newline: not yet safe to show. */
  readonly text: string;
}

export interface FileDiff {
  readonly path: string;
  readonly isNew: boolean;
  readonly added: number;
  readonly removed: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly lines: readonly DiffLine[];
}

const CONTEXT = 3;
const KINDS: Readonly<Record<string, DiffLine['kind']>> = {
  '+': 'added',
  '-': 'removed',
  ' ': 'same',
  '\\': 'note',
};

/**
 * The changes of a plan, made from nothing but the bytes that the digest covers. A file whose former bytes are not in
 * the plan is shown whole, as if it were new.
 */
export function planDiff(plan: ServerPlan): readonly FileDiff[] {
  return plan.changes.map(fileDiff);
}

function fileDiff({ path, before, after }: FileChange): FileDiff {
  const [old, young] = textsOf(
    Buffer.from(before?.base64 ?? '', 'base64'),
    Buffer.from(after.base64, 'base64'),
  );
  const { hunks } = structuredPatch(path, path, old, young, '', '', { context: CONTEXT });
  const lines = hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines: texts }): DiffLine[] => [
    { kind: 'gap', text: `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@` },
    ...texts.map(line => ({ kind: KINDS[line[0] ?? ''] ?? 'note', text: line.slice(1) })),
  ]);
  const count = (kind: DiffLine['kind']) => lines.filter(line => line.kind === kind).length;
  const { mode, uid, gid } = after;
  return {
    path,
    isNew: before === null,
    added: count('added'),
    removed: count('removed'),
    mode,
    uid,
    gid,
    lines,
  };
}

/** Both as UTF-8 where both are; else byte by byte, so that two files that differ never look alike. */
function textsOf(old: Uint8Array, young: Uint8Array): readonly [string, string] {
  try {
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return [utf8.decode(old), utf8.decode(young)];
  } catch {
    return [Buffer.from(old).toString('latin1'), Buffer.from(young).toString('latin1')];
  }
}
