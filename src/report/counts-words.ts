import type { DiagnosisDocument, DiagnosisGap } from './diagnosis-document.ts';

/** `1,234`, or `not known`: a log that nobody could read holds no zero. */
export function countWords(count: number | null): string {
  return count === null ? 'not known' : String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The counts in two short lines: what clients got, and what the servers went through. */
export function countsLines({ counts, gaps }: DiagnosisDocument): string[] {
  const statuses = (
    [
      ['502', counts.http502],
      ['504', counts.http504],
      ['500', counts.http500],
      ['499', counts.http499],
    ] as const
  ).filter(([status, count]) => status === '502' || count !== 0);
  const clients = [
    `${countWords(counts.requests)} requests`,
    ...statuses.map(([status, count]) => `${status}: ${countWords(count)}`),
  ];
  const unread = (...sources: readonly DiagnosisGap['source'][]) =>
    gaps.some(gap => UNREAD.has(gap.kind) && sources.includes(gap.source));
  const dark = gaps.some(
    ({ server, source }) =>
      source === 'unit-journal' &&
      gaps.some(gap => gap.server === server && gap.source === 'kernel-log' && UNREAD.has(gap.kind)),
  );
  const deaths = leastWords(counts.workerDeaths, unread('connection', 'unit-journal'));
  const kills = leastWords(counts.oomKillsOfTheUnit, unread('connection') || dark);
  const servers = [
    `upstream errors ${countWords(counts.upstreamErrors)}`,
    `worker deaths ${deaths} (OOM kills ${kills})`,
    ...explainedWords(counts.explained502, counts.http502),
  ];
  return [
    accessLogUnread(counts) ? 'requests not known (no readable access log)' : clients.join(' · '),
    servers.join(' · '),
  ];
}

/** A gap of these kinds hides all that its source would have told. */
const UNREAD: ReadonlySet<DiagnosisGap['kind']> = new Set(['denied', 'absent', 'unreachable', 'timed-out']);

/** Where a part could not be read, what was counted is the least that it was, and 0 is no count at all. */
function leastWords(count: number | null, isPartial: boolean): string {
  if (!isPartial || count === null) return countWords(count);
  return count === 0 ? 'not known' : `at least ${countWords(count)}`;
}

/** What a diagnosis without a finding rests on, and what it could not look at. */
export function checkedWords({ counts }: DiagnosisDocument): string {
  const looks = [
    ['requests in the access log', counts.requests],
    ["NGINX's upstream errors", counts.upstreamErrors],
    ['deaths of workers', counts.workerDeaths],
    ['OOM kills of the unit', counts.oomKillsOfTheUnit],
  ] as const;
  const checked = looks.filter(([, count]) => count !== null).map(([name]) => name);
  const unseen = looks.filter(([, count]) => count === null).map(([name]) => name);
  const seen =
    checked.length === 0
      ? 'Nothing could be checked'
      : `Checked: ${checked.join(', ')}; nothing there needs a cause`;
  return unseen.length === 0 ? `${seen}.` : `${seen}. Not checked: ${unseen.join(', ')}.`;
}

function accessLogUnread(counts: DiagnosisDocument['counts']): boolean {
  return counts.requests === null && counts.http502 === null && counts.http504 === null;
}

function explainedWords(explained: number | null, http502: number | null): string[] {
  if (explained === null || http502 === null || http502 === 0) return [];
  return [`502s explained ${countWords(explained)} of ${countWords(http502)}`];
}
