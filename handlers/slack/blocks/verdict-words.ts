import type { DiagnosisDocument } from '../../../src/report/diagnosis-document.ts';
import { headline, noneRead } from '../../../src/report/headline.ts';
import { shown } from './slack-text.ts';

/** The status as a sign that differs in shape, not only in colour; the word stands in the headline. */
const SIGNS: Readonly<Record<DiagnosisDocument['verdict'], string>> = {
  confirmed: '🛑',
  likely: '🔶',
  inconclusive: '❓',
  'no-incident': '✅',
};
const NONE_READ_SIGN = '🔌';
const LONGEST_NAME = 60;

/** `🛑 502s on checkout: worker OOM kill (CONFIRMED)`: a long name never pushes the status out. */
export function verdictHeadline(document: DiagnosisDocument): string {
  const sign = noneRead(document) ? NONE_READ_SIGN : SIGNS[document.verdict];
  return `${sign} ${headline({ ...document, service: shown(document.service, LONGEST_NAME) })}`;
}
