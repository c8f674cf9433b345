import { countsLines, countWords } from './counts-words.ts';
import type { DiagnosisDocument } from './diagnosis-document.ts';
import type { IncidentRecord } from './incident-record.ts';
import { inline } from './markdown.ts';
import { durationWords, instantWords, windowWords } from './time-words.ts';

/** What users felt: failed requests, and for how many minutes, each with where the figure comes from. */
export function impactOf(record: IncidentRecord, document: DiagnosisDocument | undefined): string[] {
  if (document === undefined) return ['Not known: no diagnosis came to an end.'];
  const { http502, http504, http500, requests } = document.counts;
  const window = windowWords(Date.parse(document.window.from), Date.parse(document.window.to), 'UTC');
  const counted = [http502, http504, http500].filter(count => count !== null);
  const failed = counted.reduce((sum, count) => sum + count, 0);
  const share =
    requests === null || requests === 0
      ? ''
      : ` of ${countWords(requests)} (${((failed / requests) * 100).toFixed(1)} %)`;
  return [
    counted.length === 0
      ? `**Failed requests:** not known, no access log could be read. Window: ${window}.`
      : `**Failed requests:** ${countWords(failed)}${share}: ${countWords(http502)} × 502, ${countWords(http504)} × 504, ${countWords(http500)} × 500. Window: ${window}.`,
    `**Minutes:** ${minutesWords(record, document)}`,
    countsLines(document)
      .map(line => `* ${inline(line)}`)
      .join('\n'),
  ];
}

/** By the watch where it counted, else by the lines that are kept. */
function minutesWords({ minutes }: IncidentRecord, document: DiagnosisDocument): string {
  const bad = minutes.filter(({ http502, http504 }) => http502 + http504 > 0);
  if (bad.length > 0) {
    const failed = bad.reduce((sum, { http502, http504 }) => sum + http502 + http504, 0);
    return `requests failed in ${bad.length} ${bad.length === 1 ? 'minute' : 'minutes'} (${failed} by the counts of the watch), the first ${instantWords(bad[0]?.atMs ?? 0, 'UTC')}, the last ${instantWords(bad.at(-1)?.atMs ?? 0, 'UTC')}.`;
  }
  const lines = Object.values(document.evidence).flatMap(({ source, at }) =>
    at !== null && (source === 'nginx-error-log' || source === 'nginx-access-log') ? [Date.parse(at)] : [],
  );
  const times = [...lines, ...document.deaths.map(death => Date.parse(death.at))].toSorted(
    (one, other) => one - other,
  );
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined)
    return 'not known: no line of a failed request with a time is kept.';
  return `${durationWords(last - first)} from the first to the last failure or death that is cited, ${instantWords(first, 'UTC')} to ${instantWords(last, 'UTC')}. The watch counted no minutes of it.`;
}
