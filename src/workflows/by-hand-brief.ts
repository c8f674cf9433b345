import type { ByHand } from '../remediation/remedy.ts';
import type { ChangeBrief } from './planned-change.ts';

/** What a person does on one server. */
export interface HandWork {
  readonly server: string;
  readonly patches: readonly ByHand[];
}

/** A change for a person: the lines that belong into a file stand where a diff would, the commands below. */
export function byHandBrief(brief: ChangeBrief, work: readonly HandWork[]): ChangeBrief {
  const diffs = work.flatMap(({ server, patches }) =>
    patches
      .filter(patch => patch.lines.length > 0)
      .map(({ path, lines }) => ({ server, path, text: lines.map(line => `+${line}`).join('\n') })),
  );
  const commands = work
    .map(({ server, patches }) => ({ server, lines: [...new Set(patches.flatMap(patch => patch.commands))] }))
    .filter(({ lines }) => lines.length > 0);
  return { ...brief, diffs: [...brief.diffs, ...diffs], ...(commands.length > 0 && { commands }) };
}
