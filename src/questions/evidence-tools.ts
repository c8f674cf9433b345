import { z } from 'zod';
import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import { safeText } from '../report/safe-text.ts';

/** All that a model can do: read what was collected and masked. There is no tool that does anything. */
export const EVIDENCE_TOOLS = [
  {
    name: 'list_evidence',
    description: 'Lists every line of evidence: id, server, source, time, and its first characters.',
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
  },
  {
    name: 'read_evidence',
    description: 'Reads lines of evidence in full, at most 20 at once.',
    parameters: {
      type: 'object',
      properties: { ids: { type: 'array', items: { type: 'string' } } },
      required: ['ids'],
      additionalProperties: false,
    },
  },
  {
    name: 'read_counts',
    description: 'Reads the named counts. A sentence that tells one must name it under "counts".',
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
  },
] as const;

const Ids = z.strictObject({ ids: z.array(z.string().max(12)).min(1).max(200) });
const IDS_AT_ONCE = 20;
const LISTED = 200;
const BEGINNING = 120;
const LINE = 2_000;

/**
 * What a tool answers, as JSON. Lines stand in fields that say they are not to be trusted; a wrong call is answered
 * with words, never thrown.
 *
 * @param document masked
 */
export function evidenceTool(document: DiagnosisDocument, name: string, args: string): string {
  switch (name) {
    case 'list_evidence':
      return JSON.stringify(listed(document));
    case 'read_counts':
      return JSON.stringify({ counts: document.counts });
    case 'read_evidence': {
      const read = Ids.safeParse(parsed(args));
      if (!read.success) return failure('expected {"ids": ["E1", "E2"]}');
      return JSON.stringify(lines(document, read.data.ids));
    }
    default:
      return failure(
        `there is no tool of that name; there are ${EVIDENCE_TOOLS.map(tool => tool.name).join(', ')}`,
      );
  }
}

function listed(document: DiagnosisDocument) {
  const all = Object.entries(document.evidence);
  return {
    evidence: all.slice(0, LISTED).map(([id, { server, source, at, text }]) => ({
      id,
      server: safeText(server, 80),
      source,
      at,
      untrusted_beginning: safeText(text, BEGINNING),
    })),
    left_out: Math.max(0, all.length - LISTED),
  };
}

function lines(document: DiagnosisDocument, ids: readonly string[]) {
  const wanted = [...new Set(ids)];
  return {
    evidence: wanted.slice(0, IDS_AT_ONCE).map(id => {
      const piece = Object.hasOwn(document.evidence, id) ? document.evidence[id] : undefined;
      if (piece === undefined) return { id, error: 'there is no such evidence' };
      const { server, source, at, text } = piece;
      return { id, server: safeText(server, 80), source, at, untrusted_text: safeText(text, LINE) };
    }),
    left_out: Math.max(0, wanted.length - IDS_AT_ONCE),
  };
}

const failure = (error: string) => JSON.stringify({ error });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
