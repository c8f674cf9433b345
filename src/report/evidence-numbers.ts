import type { SourceLine } from '../signals/signal.ts';
import type { DiagnosisEvidence } from './diagnosis-document.ts';

/** Numbers lines as E1, E2, … in the order they are cited; the same line keeps its number. */
export class EvidenceNumbers {
  readonly #byKey = new Map<string, string>();
  readonly #evidence: Record<string, DiagnosisEvidence> = {};

  readonly #prefix: string;

  /** `prefix` tells the numbers of one kind of document from those of another. */
  constructor(prefix = 'E') {
    this.#prefix = prefix;
  }

  numberOf(line: SourceLine): string {
    const key = `${line.server}\n${line.source}\n${line.at?.epochMs ?? ''}\n${line.text}`;
    const known = this.#byKey.get(key);
    if (known) return known;
    const id = `${this.#prefix}${this.#byKey.size + 1}`;
    this.#byKey.set(key, id);
    const { server, source, text, at } = line;
    this.#evidence[id] = { server, source, at: at ? new Date(at.epochMs).toISOString() : null, text };
    return id;
  }

  all(): Record<string, DiagnosisEvidence> {
    return this.#evidence;
  }
}
