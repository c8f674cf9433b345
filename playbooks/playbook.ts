import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { HYPOTHESES } from '../src/diagnosis/catalogue.ts';
import type { Hypothesis } from '../src/diagnosis/hypothesis.ts';

const IDS = HYPOTHESES.map(h => h.id);

/** A guided playbook as data: what is asked about a kind of incident. */
export const Playbook = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  title: z.string().min(1),
  about: z.string().min(1),
  /** Which causes are weighed, by their ids. */
  hypotheses: z.array(z.enum(IDS)).min(1),
});
export type Playbook = z.infer<typeof Playbook>;

export type PlaybookReading =
  | { readonly ok: true; readonly playbook: Playbook }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a playbook file; every problem names file, line and field. */
export function readPlaybook(text: string, fileName: string): PlaybookReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    return {
      ok: false,
      problems: document.errors.map(
        e => `${fileName}:${lines.linePos(e.pos[0]).line}: ${e.message.split('\n')[0]}`,
      ),
    };
  }
  const read = Playbook.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (read.success) return { ok: true, playbook: read.data };
  const problems = read.error.issues.map(issue => {
    const node = document.getIn(issue.path as (string | number)[], true) as { range?: [number] } | undefined;
    const line = node?.range ? lines.linePos(node.range[0]).line : 1;
    return `${fileName}:${line}: ${issue.path.join('.') || 'the playbook'}: ${issue.message}`;
  });
  return { ok: false, problems };
}

/** The hypotheses a playbook weighs, in its order. */
export function hypothesesOf(playbook: Playbook): readonly Hypothesis[] {
  return playbook.hypotheses.flatMap(id => HYPOTHESES.find(h => h.id === id) ?? []);
}

/** JSON schema for editors. */
export function playbookSchema(): object {
  return z.toJSONSchema(Playbook, { target: 'draft-7' });
}
