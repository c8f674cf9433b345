import { deathWords } from './cause-words.ts';
import type { DiagnosisDocument, DiagnosisEvidence } from './diagnosis-document.ts';
import { safeText } from './safe-text.ts';
import { terminalStyle } from './terminal-style.ts';
import { breakRaw } from './text-layout.ts';
import { instantWords } from './time-words.ts';

export interface EvidenceTextOptions {
  readonly columns: number;
  readonly colour: boolean;
  readonly timeZone: string;
}

/** A traceback has dozens of lines; more than this is a flood. */
const LINES = 200;
const LINE_CHARACTERS = 20_000;

/**
 * One piece of evidence in full: where it comes from and the raw line, broken only where the screen ends,
 * with control characters written out. Says which ids there are when the id is unknown.
 */
export function evidenceText(
  document: DiagnosisDocument,
  id: string,
  options: EvidenceTextOptions = { columns: 100, colour: false, timeZone: 'UTC' },
): string {
  const wanted = id.trim().toUpperCase();
  const piece = Object.hasOwn(document.evidence, wanted) ? document.evidence[wanted] : undefined;
  if (piece === undefined) return unknownEvidence(document, id);
  const style = terminalStyle(options.colour);
  const when =
    piece.at === null
      ? 'a state, without a time of its own'
      : instantWords(Date.parse(piece.at), options.timeZone);
  const lines = verbatimLines(piece.text, LINES, LINE_CHARACTERS)
    .flatMap(line => breakRaw(line, Math.max(20, options.columns - 2)))
    .map(line => `  ${line}`);
  const citing = citedBy(document, wanted);
  return [
    `${style.heading(wanted)}  ${whereWords(piece)}`,
    style.faint(when),
    '',
    ...lines,
    ...(citing.length === 0 ? [] : ['', style.faint(`Cited for: ${citing.join(', ')}`)]),
    '',
  ].join('\n');
}

/** Where a piece of evidence was read: `web-1, kernel log`. */
export function whereWords({ server, source }: DiagnosisEvidence): string {
  return `${safeText(server, 80)}, ${source.replaceAll('-', ' ')}`;
}

/** The raw lines with control characters written out; says how many are left out. */
export function verbatimLines(text: string, most: number, charactersPerLine: number): string[] {
  const raw = text.split('\n');
  const lines = raw.slice(0, most).map(line => safeText(line, charactersPerLine));
  return raw.length > most ? [...lines, `… (${raw.length - most} more lines)`] : lines;
}

/** What a piece of evidence is cited for: causes and observations by name, deaths by pid; at most six. */
export function citedBy(document: DiagnosisDocument, id: string): string[] {
  const causes = document.causes
    .filter(cause => cause.because.some(reason => reason.evidence.includes(id)))
    .map(cause => deathWords(cause.id, document.causes));
  const deaths = document.deaths
    .filter(death => death.evidence.includes(id) && death.pid !== null)
    .map(death => `the death of pid ${death.pid}`);
  const observed = document.observed
    .filter(seen => seen.evidence.includes(id))
    .map(seen => deathWords(seen.id, document.causes));
  return [...new Set<string>([...causes, ...observed, ...deaths])].slice(0, 6);
}

function unknownEvidence(document: DiagnosisDocument, id: string): string {
  const ids = Object.keys(document.evidence);
  const shown = safeText(id, 40);
  if (ids.length === 0) return `There is no evidence ${shown}: this diagnosis cites none.\n`;
  const range = ids.length === 1 ? `only ${ids[0]}` : `${ids[0]} to ${ids.at(-1)}`;
  return `There is no evidence ${shown} in this diagnosis; it has ${range}.\n`;
}
