import { hypothesesOf, type PlaybookReading } from '../../playbooks/playbook.ts';
import type { CaseFile } from '../collectors/case-file.ts';
import { type Diagnosis, diagnose } from '../diagnosis/diagnosis.ts';
import type { RegistryStore } from '../inventory/registry-store.ts';
import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import { documentOf } from '../report/diagnosis-writer.ts';
import { createMasking, type Mask, maskDocument } from '../report/masking.ts';

/** What reasoning and masking need besides the case. */
export interface DiagnosedCasesContext {
  readonly registry: Pick<RegistryStore, 'file' | 'read'>;
  playbook(id: string): Promise<PlaybookReading>;
  /** The installation's secret for pseudonyms. */
  readonly pseudonymKey?: string;
}

/** A case that was reasoned about. */
export interface DiagnosedCase {
  readonly diagnosis: Diagnosis;
  /** With every line as the server wrote it: only for the eyes of whoever owns the files. */
  readonly verbatim: DiagnosisDocument;
  /** What may be stored, posted and shown. */
  readonly masked: DiagnosisDocument;
}

export type DiagnosedCases =
  | { readonly ok: true; readonly cases: readonly DiagnosedCase[] }
  | { readonly ok: false; readonly problem: string };

/** From what was read to verdicts, the same way for the terminal and for chat. Masked with one mask. */
export async function diagnoseCases(
  caseFiles: readonly CaseFile[],
  context: DiagnosedCasesContext,
): Promise<DiagnosedCases> {
  const playbook = await context.playbook('gateway-502');
  if (!playbook.ok) return { ok: false, problem: playbook.problems.join('\n') };
  const hypotheses = hypothesesOf(playbook.playbook);
  const mask = await maskingOf(caseFiles, context);
  const cases = caseFiles.map(caseFile => {
    const diagnosis = diagnose(caseFile, hypotheses);
    const verbatim = documentOf(diagnosis);
    return { diagnosis, verbatim, masked: maskDocument(verbatim, mask) };
  });
  return { ok: true, cases };
}

/** Own addresses stay readable: registered servers and upstream peers are no secrets of clients. */
export async function maskingOf(
  caseFiles: readonly CaseFile[],
  context: Pick<DiagnosedCasesContext, 'registry' | 'pseudonymKey'>,
): Promise<Mask> {
  const stored = await context.registry.read();
  const servers = stored.ok ? [...stored.registry.servers.values()].map(s => s.host) : [];
  const peers = caseFiles.flatMap(c => [...c.upstreams.keys()].map(peer => peer.replace(/:\d+$/, '')));
  const keepAddresses = [...new Set([...servers, ...peers])];
  return createMasking({
    keepAddresses,
    ...(context.pseudonymKey !== undefined && { pseudonymKey: context.pseudonymKey }),
  });
}
