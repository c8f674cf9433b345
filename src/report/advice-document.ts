import type { Step } from '../advice/quantity.ts';
import type { RecyclingAdvice } from '../advice/recycling.ts';
import type { SafetyVerdict } from '../advice/recycling-safety.ts';
import type { CheckId, RemarkId, Review, Severity } from '../advice/remark.ts';
import type { ServerAdvice, ServiceAdvice } from '../advice/service-advice.ts';
import type { DiagnosisEvidence } from './diagnosis-document.ts';
import { EvidenceNumbers } from './evidence-numbers.ts';
import { predictionWords, quantityWords, recyclingWords } from './recycling-words.ts';
import { checkWords, needWords, remarkWords } from './remark-words.ts';

/** A number of the arithmetic as people and programs get it. */
export interface AdviceQuantity {
  readonly name: string;
  /** `null`: not known. */
  readonly value: number | null;
  readonly unit: string;
  readonly text: string;
  /** Absent for numbers that an earlier step computed. */
  readonly source?: { readonly kind: string; readonly text: string; readonly evidence: readonly string[] };
}

export interface AdviceStep {
  readonly formula: string;
  readonly inputs: readonly AdviceQuantity[];
  readonly result: AdviceQuantity;
}

export interface AdviceRemark {
  readonly id: RemarkId;
  readonly severity: Severity;
  readonly text: string;
  readonly fix: string;
  readonly evidence: readonly string[];
}

export interface AdviceServer {
  readonly server: string;
  readonly recycling: {
    readonly kind: RecyclingAdvice['kind'];
    readonly text: string;
    readonly maxRequests: number | null;
    readonly maxRequestsJitter: number | null;
    /** Why a setting is refused. */
    readonly reason: string | null;
    readonly missing: readonly string[];
    /** From when on the watch can tell; `null` when it can, or nothing is watched. */
    readonly enoughFrom: string | null;
    readonly effects: readonly string[];
    readonly steps: readonly AdviceStep[];
  };
  readonly safety: {
    readonly verdict: SafetyVerdict['verdict'];
    readonly reasons: readonly string[];
    readonly evidence: readonly string[];
  };
  readonly review: {
    readonly remarks: readonly AdviceRemark[];
    readonly fine: readonly { readonly check: CheckId; readonly text: string }[];
    /** Checks that could not be made, by what they lack. */
    readonly gaps: readonly { readonly checks: readonly CheckId[]; readonly text: string }[];
  };
}

/** What `staunch advise --json` prints for one service (docs/json.md). */
export interface AdviceDocument {
  readonly schema: 1;
  readonly service: string;
  readonly unit: string;
  readonly servers: readonly AdviceServer[];
  readonly evidence: Readonly<Record<string, DiagnosisEvidence>>;
  readonly gaps: readonly { readonly server: string; readonly text: string; readonly fix: string }[];
}

/** Writes an advice down in words and numbers, its lines numbered A1, A2, … */
export function adviceDocumentOf(advice: ServiceAdvice): AdviceDocument {
  const numbers = new EvidenceNumbers('A');
  return {
    schema: 1,
    service: advice.service,
    unit: advice.unit,
    servers: advice.servers.map(server => serverOf(server, numbers)),
    evidence: numbers.all(),
    gaps: advice.unreached.map(({ server, detail, fix }) => ({ server, text: detail, fix })),
  };
}

function serverOf(advice: ServerAdvice, numbers: EvidenceNumbers): AdviceServer {
  const { recycling, safety, review } = advice;
  const settings = recycling.kind === 'settings' ? recycling : undefined;
  // The remarks first: A1 belongs to the weightiest of them.
  const remarks = review.remarks.map(remark => ({
    id: remark.id,
    severity: remark.severity,
    ...remarkWords(remark),
    evidence: remark.lines.map(line => numbers.numberOf(line)),
  }));
  return {
    server: advice.server,
    recycling: {
      kind: recycling.kind,
      text: recyclingWords(recycling),
      maxRequests: settings?.maxRequests ?? null,
      maxRequestsJitter: settings?.maxRequestsJitter ?? null,
      reason: recycling.kind === 'refused' ? recycling.reason : null,
      missing: recycling.kind === 'not-yet' ? recycling.missing : [],
      enoughFrom: advice.enoughFromMs === undefined ? null : new Date(advice.enoughFromMs).toISOString(),
      effects: predictionWords(recycling),
      steps: recycling.steps.map(step => stepOf(step, numbers)),
    },
    safety: {
      verdict: safety.verdict,
      reasons: safety.reasons,
      evidence: safety.lines.map(line => numbers.numberOf(line)),
    },
    review: {
      remarks,
      fine: review.fine.map(check => ({ check, text: checkWords(check) })),
      gaps: gapsOf(review.gaps),
    },
  };
}

function gapsOf(gaps: Review['gaps']): AdviceServer['review']['gaps'] {
  const needs = [...new Set(gaps.map(gap => gap.needs))];
  return needs.map(need => {
    const checks = [...new Set(gaps.filter(gap => gap.needs === need).map(gap => gap.check))];
    return { checks, text: `${checks.map(checkWords).join(', ')}: ${needWords(need)}.` };
  });
}

function stepOf({ formula, inputs, result }: Step, numbers: EvidenceNumbers): AdviceStep {
  const quantity = ({ name, value, unit, basis }: Step['result']): AdviceQuantity => ({
    name,
    value: Number.isFinite(value) ? value : null,
    unit,
    text: quantityWords(value, unit),
    ...(basis && {
      source: {
        kind: basis.kind,
        text: basis.words,
        evidence: basis.lines.map(line => numbers.numberOf(line)),
      },
    }),
  });
  return { formula, inputs: inputs.map(quantity), result: quantity(result) };
}

/** The same document with every sentence and line changed: for masking, and for making it safe to print. */
export function withAdviceTextsChanged(
  document: AdviceDocument,
  text: (text: string) => string,
): AdviceDocument {
  const quantity = (q: AdviceQuantity): AdviceQuantity => ({
    ...q,
    ...(q.source && { source: { ...q.source, text: text(q.source.text) } }),
  });
  return {
    ...document,
    servers: document.servers.map(server => ({
      ...server,
      recycling: {
        ...server.recycling,
        steps: server.recycling.steps.map(step => ({
          ...step,
          inputs: step.inputs.map(quantity),
          result: quantity(step.result),
        })),
      },
      safety: { ...server.safety, reasons: server.safety.reasons.map(text) },
      review: {
        ...server.review,
        remarks: server.review.remarks.map(r => ({ ...r, text: text(r.text), fix: text(r.fix) })),
      },
    })),
    evidence: Object.fromEntries(
      Object.entries(document.evidence).map(([id, piece]) => [id, { ...piece, text: text(piece.text) }]),
    ),
    gaps: document.gaps.map(gap => ({ ...gap, text: text(gap.text), fix: text(gap.fix) })),
  };
}
