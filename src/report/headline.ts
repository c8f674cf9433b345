import { wordsOf } from './cause-words.ts';
import type { DiagnosisDocument } from './diagnosis-document.ts';

const VERDICT_WORDS: Readonly<Record<DiagnosisDocument['verdict'], string>> = {
  confirmed: 'CONFIRMED',
  likely: 'LIKELY',
  inconclusive: 'INCONCLUSIVE',
  'no-incident': 'NO INCIDENT',
};

/** The verdict in one line: `502s on checkout: worker OOM kill (CONFIRMED)`. The status is a word, not a colour. */
export function headline(document: DiagnosisDocument): string {
  const status = VERDICT_WORDS[document.verdict];
  const { service } = document;
  const [first] = document.causes;
  if (document.verdict === 'no-incident') return `${service}: nothing wrong found (${status})`;
  if (noneRead(document))
    return `${service}: ${document.servers.length === 1 ? 'its server could not' : 'none of its servers could'} be read (${status})`;
  const symptom = `${symptomWords(document.counts)} on ${service}`;
  if (document.verdict === 'inconclusive' || first === undefined)
    return `${symptom}: cause not settled (${status})`;
  const chance = document.verdict === 'likely' ? `, ${percentWords(first.probability)}` : '';
  return `${symptom}: ${wordsOf(first).title} (${status}${chance})`;
}

/** True when no server of the service could be reached: then nothing is known, not even that all is well. */
export function noneRead({ servers, gaps }: DiagnosisDocument): boolean {
  const unreached = new Set(gaps.filter(gap => gap.source === 'connection').map(gap => gap.server));
  return servers.length > 0 && servers.every(server => unreached.has(server));
}

/** What people saw: `502s`, or the status that was there instead. */
function symptomWords(counts: DiagnosisDocument['counts']): string {
  const seen = (
    [
      ['502s', counts.http502],
      ['504s', counts.http504],
      ['500s', counts.http500],
      ['Upstream errors', counts.upstreamErrors],
      ['Aborted requests', counts.http499],
    ] as const
  ).find(([, count]) => (count ?? 0) > 0);
  return seen?.[0] ?? 'Trouble';
}

/** `78 %`; never `100 %` or `0 %`, which nobody can know. */
export function percentWords(probability: number): string {
  if (probability > 0.99) return 'over 99 %';
  if (probability < 0.01) return 'under 1 %';
  return `${Math.round(probability * 100)} %`;
}

const MARKS = 3;

/** ` [E1][E4]`, or ` [E1][E4][E7] and 6 more`; empty without evidence. */
export function evidenceMarks(ids: readonly string[]): string {
  if (ids.length === 0) return '';
  const marks = ids.slice(0, MARKS).map(id => `[${id}]`);
  const more = ids.length - MARKS;
  return ` ${marks.join('')}${more > 0 ? ` and ${more} more` : ''}`;
}
