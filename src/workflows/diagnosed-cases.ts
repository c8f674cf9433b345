import type { Playbook } from '../../playbooks/playbook.ts';
import type { PlaybookReading } from '../../playbooks/playbook-shelf.ts';
import { DEFAULT_PLAYBOOK, hypothesesOf, ownCausesOf } from '../../playbooks/playbook-use.ts';
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

export type ChosenPlaybook =
  | { readonly ok: true; readonly playbook: Playbook }
  | { readonly ok: false; readonly problem: string };

/** The playbook that is named, or the usual one. It is chosen before anything is read: it says what to read. */
export async function choosePlaybook(
  id: string | undefined,
  context: Pick<DiagnosedCasesContext, 'playbook'>,
): Promise<ChosenPlaybook> {
  const reading = await context.playbook(id ?? DEFAULT_PLAYBOOK);
  return reading.ok ? reading : { ok: false, problem: reading.problems.join('\n') };
}

export type DiagnosedCases =
  | { readonly ok: true; readonly cases: readonly DiagnosedCase[] }
  | { readonly ok: false; readonly problem: string };

/**
 * From what was read to verdicts, the same way for the terminal and for chat. Masked with one mask.
 *
 * @param playbooks that the cases were read for, one each; the usual one when not given
 */
export async function diagnoseCases(
  caseFiles: readonly CaseFile[],
  context: DiagnosedCasesContext,
  playbooks?: readonly Playbook[],
): Promise<DiagnosedCases> {
  const usual = playbooks ? undefined : await choosePlaybook(undefined, context);
  if (usual && !usual.ok) return usual;
  const mask = await maskingOf(caseFiles, context);
  const cases = caseFiles.map((caseFile, i) => {
    const playbook = playbooks?.[i] ?? usual?.playbook;
    if (!playbook) throw new Error('a case came without its playbook');
    const diagnosis = diagnose(caseFile, hypothesesOf(playbook), ownCausesOf(playbook));
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
