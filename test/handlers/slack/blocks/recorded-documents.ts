import { readdirSync, readFileSync } from 'node:fs';
import type { Recording } from '../../../../src/collectors/recording.ts';
import { diagnose } from '../../../../src/diagnosis/diagnosis.ts';
import type { DiagnosisDocument } from '../../../../src/report/diagnosis-document.ts';
import { documentOf } from '../../../../src/report/diagnosis-writer.ts';
import { caseOfBundle } from '../../../../src/workflows/bundle-diagnosis.ts';

const RECORDINGS = new URL('../../../../practice/recordings/', import.meta.url);

/** The diagnosis of every recorded incident, by the name of its folder. */
export async function recordedDocuments(): Promise<(readonly [string, DiagnosisDocument])[]> {
  const names = readdirSync(RECORDINGS, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name);
  const documents: (readonly [string, DiagnosisDocument])[] = [];
  for (const name of names) {
    const folder = new URL(`${name}/`, RECORDINGS);
    const recordings = readdirSync(folder).map(
      (file): Recording => ({
        name: file,
        bytes: readFileSync(new URL(file, folder)),
        exitCode: 0,
        complaint: '',
        cut: false,
      }),
    );
    const answer = await caseOfBundle({ folders: [{ recordings }] }, async () => {});
    if (!answer.ok) throw new Error(`${name}: ${answer.problem}`);
    documents.push([name, documentOf(diagnose(answer.caseFile))]);
  }
  return documents;
}
