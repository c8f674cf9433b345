import type { DiagnosisDocument } from './diagnosis-document.ts';

/** What to do with the two kinds of words in a document: sentences and raw lines, and names of servers. */
export interface TextChange {
  readonly text: (text: string) => string;
  readonly name: (name: string) => string;
}

/**
 * The same document with every word in it changed: the one place that knows where words stand, so that
 * masking and making safe cannot forget one. Ids, instants and numbers stay.
 */
export function withTextsChanged(document: DiagnosisDocument, change: TextChange): DiagnosisDocument {
  const { text, name } = change;
  return {
    ...document,
    service: name(document.service),
    causes: document.causes.map(cause => ({
      ...cause,
      because: cause.because.map(reason => ({ ...reason, text: text(reason.text) })),
    })),
    observed: document.observed.map(seen => ({ ...seen, text: text(seen.text) })),
    evidence: Object.fromEntries(
      Object.entries(document.evidence).map(([id, piece]) => [
        id,
        { ...piece, server: name(piece.server), text: text(piece.text) },
      ]),
    ),
    correlation: { ...document.correlation, wording: text(document.correlation.wording) },
    gaps: document.gaps.map(gap => ({
      ...gap,
      server: name(gap.server),
      text: text(gap.text),
      fix: text(gap.fix),
    })),
    servers: document.servers.map(name),
  };
}
