import { deathWords } from './cause-words.ts';
import type { DiagnosisDocument } from './diagnosis-document.ts';
import { clipColumns, columnsOf, padColumns } from './text-layout.ts';
import { clockWords, dayWords, readsAsUtc } from './time-words.ts';

const ROWS = 8;
const GAP = '  ';

/** When, which worker, where, by what: at most eight rows, then how many more. Empty without a death. */
export function deathsTable(document: DiagnosisDocument, timeZone: string, columns: number): string[] {
  const { deaths } = document;
  const [first] = deaths;
  if (first === undefined) return [];
  const firstMs = Date.parse(first.at);
  const bothZones = !readsAsUtc(firstMs, timeZone);
  const manyDays =
    dayWords(firstMs, timeZone) !== dayWords(Date.parse(deaths.at(-1)?.at ?? first.at), timeZone);
  const time = (at: string, zone: string): string => {
    const ms = Date.parse(at);
    return `${manyDays ? `${dayWords(ms, zone)} ` : ''}${clockWords(ms, zone)}`;
  };
  const rows = deaths
    .slice(0, ROWS)
    .map(({ at, pid, cause, evidence }) => [
      ...(bothZones ? [time(at, timeZone)] : []),
      time(at, 'UTC'),
      pid === null ? '?' : String(pid),
      serverOf(document, evidence),
      deathWords(cause, document.causes),
      evidence.slice(0, 4).join(' '),
    ]);
  const heading = [...(bothZones ? ['local'] : []), 'UTC', 'pid', 'server', 'ended by', 'evidence'];
  const lines = table([heading, ...rows]).map(line => clipColumns(line, columns - 2));
  const more = deaths.length - ROWS;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

function serverOf(document: DiagnosisDocument, evidence: readonly string[]): string {
  const piece = evidence.map(id => document.evidence[id]).find(found => found !== undefined);
  return piece?.server ?? (document.servers.length === 1 ? (document.servers[0] ?? '?') : '?');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map(row => columnsOf(row[column] ?? ''))),
  );
  return rows.map(row =>
    row
      .map((cell, column) => padColumns(cell, widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}
