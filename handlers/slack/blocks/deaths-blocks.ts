import type { KnownBlock, RichTextBlock, TableBlock } from '@slack/types';
import { deathWords } from '../../../src/report/cause-words.ts';
import type { DiagnosisDeath, DiagnosisDocument } from '../../../src/report/diagnosis-document.ts';
import { clockWords, dayWords } from '../../../src/report/time-words.ts';
import { bold, line, richText, timeElement, words } from './block-parts.ts';
import { jsonCharacters, moreWords } from './slack-limits.ts';
import { filled, shown, TIME_FORMAT } from './slack-text.ts';

type Cell = TableBlock['rows'][number][number];

/** Rows are added up to this share of a message; the limit of 100 rows would not fit into one. */
const TABLE_JSON = 9_000;
const MOST_ROWS = 99;

/** Workers that ended, for a fault or not, as a table with its heading, and how many had no room. Empty without any. */
export function deathsBlocks(document: DiagnosisDocument): KnownBlock[] {
  const { deaths } = document;
  if (deaths.length === 0) return [];
  const manyDays =
    new Set([deaths[0], deaths.at(-1)].map(death => dayWords(Date.parse(death?.at ?? ''), 'UTC'))).size > 1;
  const manyServers = document.servers.length > 1;
  const rows: Cell[][] = [
    ['your time', 'UTC', 'pid', ...(manyServers ? ['server'] : []), 'ended by', 'evidence'].map(raw),
  ];
  let room = TABLE_JSON;
  for (const death of deaths.slice(0, MOST_ROWS)) {
    const row = rowOf(death, document, manyDays, manyServers);
    room -= jsonCharacters(row);
    if (room < 0) break;
    rows.push(row);
  }
  const more = deaths.length - (rows.length - 1);
  const title = richText(line(bold(`Workers that ended: ${deaths.length}`)));
  return [title, { type: 'table', rows }, ...(more > 0 ? [richText(line(words(moreWords(more))))] : [])];
}

function rowOf(
  death: DiagnosisDeath,
  document: DiagnosisDocument,
  manyDays: boolean,
  manyServers: boolean,
): Cell[] {
  const atMs = Date.parse(death.at);
  const clock = clockWords(atMs, 'UTC');
  const utc = manyDays ? `${dayWords(atMs, 'UTC')} ${clock}` : clock;
  const format = manyDays ? TIME_FORMAT.daySecond : TIME_FORMAT.second;
  return [
    local(atMs, format, `${utc} UTC`),
    raw(utc),
    raw(death.pid === null ? '?' : String(death.pid)),
    ...(manyServers ? [raw(shown(serverOf(document, death.evidence), 60))] : []),
    raw(deathWords(death.cause, document.causes)),
    raw(death.evidence.slice(0, 4).join(' ') || 'none'),
  ];
}

function local(
  atMs: number,
  format: (typeof TIME_FORMAT)[keyof typeof TIME_FORMAT],
  utc: string,
): RichTextBlock {
  return richText(line(timeElement(atMs, format, utc)));
}

function raw(text: string): Cell {
  return { type: 'raw_text', text: filled(text) };
}

function serverOf(document: DiagnosisDocument, evidence: readonly string[]): string {
  const piece = evidence.map(id => document.evidence[id]).find(found => found !== undefined);
  return piece?.server ?? '?';
}
