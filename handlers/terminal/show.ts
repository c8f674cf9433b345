import type { DiagnosisDocument } from '../../src/report/diagnosis-document.ts';
import { evidenceText } from '../../src/report/evidence-text.ts';
import { EXIT, type TerminalContext } from './context.ts';

export interface ShowContext extends TerminalContext {
  readonly timeZone: string;
  lastDiagnoses(): Promise<readonly DiagnosisDocument[] | undefined>;
}

/** `staunch show E4`: opens a piece of evidence of the last diagnosis. */
export async function show(ids: readonly string[], context: ShowContext): Promise<number> {
  const documents = await context.lastDiagnoses();
  if (!documents || documents.length === 0) {
    context.writeError(
      'Nothing was diagnosed yet on this machine, so there is no evidence to show. Start with: staunch diagnose\n',
    );
    return EXIT.usage;
  }
  const { columns, colour, timeZone } = context;
  let missing = false;
  for (const id of ids) {
    const holder =
      documents.find(d => Object.hasOwn(d.evidence, id.trim().toUpperCase())) ??
      (documents[0] as DiagnosisDocument);
    if (!Object.hasOwn(holder.evidence, id.trim().toUpperCase())) missing = true;
    context.write(evidenceText(holder, id, { columns, colour, timeZone }));
  }
  return missing ? EXIT.usage : EXIT.fine;
}
