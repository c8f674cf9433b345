import type { RichTextElement, TableBlock } from '@slack/types';
import type { ServiceGrowth, WorkerGrowth } from '../../../src/growth/growth-finding.ts';
import { hourWords } from '../../../src/growth/growth-words.ts';
import { byteWords } from '../../../src/report/byte-words.ts';
import { arrivalRange } from './arrival-parts.ts';
import { line, richText } from './block-parts.ts';
import { firstOf } from './slack-limits.ts';
import { filled, shown } from './slack-text.ts';

type Cell = TableBlock['rows'][number][number];

const ROWS = 8;
/** An arrival beyond this is no more than a guess. */
const FAR_MS = 24 * 3_600_000;

/** Each worker in a row, the worst first, and how many had no room. */
export function workerTable({ workers, atMs }: ServiceGrowth): {
  readonly table: TableBlock;
  readonly more: number;
} {
  const { shown: first, more } = firstOf(workers, ROWS);
  const manyServers = new Set(workers.map(({ server }) => server)).size > 1;
  const heads = [
    'pid',
    ...(manyServers ? ['server'] : []),
    'state',
    'now',
    'per hour',
    'at its limit (your time)',
    'up',
  ];
  const rows = [heads.map(raw), ...first.map(worker => rowOf(worker, atMs, manyServers))];
  return { table: { type: 'table', rows }, more };
}

function rowOf(worker: WorkerGrowth, atMs: number, manyServers: boolean): Cell[] {
  const { pid, server, nowBytes, bytesPerHour, ageMs, eta } = worker;
  const arrives = eta !== undefined && eta.fromMs - atMs < FAR_MS;
  return [
    raw(String(pid)),
    ...(manyServers ? [raw(shown(server, 60))] : []),
    raw(stateWords(worker)),
    raw(byteWords(nowBytes)),
    raw(bytesPerHour === undefined ? '–' : `+${byteWords(bytesPerHour)}`),
    arrives ? cell(arrivalRange(eta, atMs)) : raw(eta === undefined ? '–' : 'not within a day'),
    raw(hourWords(ageMs)),
  ];
}

/** The word that colours would only hint at. */
function stateWords({ severity, rule, bytesPerHour }: WorkerGrowth): string {
  if (severity !== 'calm') return severity;
  if (rule === 'not-enough-data') return 'not known yet';
  return bytesPerHour === undefined ? 'steady' : 'grows, limit far off';
}

function raw(text: string): Cell {
  return { type: 'raw_text', text: filled(text) };
}

function cell(elements: readonly RichTextElement[]): Cell {
  return richText(line(...elements));
}
