import { wholeNumber } from '../signals/answer-lines.ts';
import type { LifePoint, WorkerLife } from './worker-sample.ts';

const MINUTE_MS = 60_000;
const KIBIBYTE = 1_024;

/** A recording of workers, or what is wrong with the text. */
export type MemoryRecording =
  | { readonly ok: true; readonly lives: readonly WorkerLife[]; readonly skippedRows: number }
  | { readonly ok: false; readonly problem: string };

const NEEDED = ['minute', 'pid', 'starttime', 'rss_kb'] as const;

/**
 * Reads recorded worker memory: comma-separated, columns by the header line, `minute` (whole, from any origin),
 * `pid`, `starttime` (ticks) and `rss_kb` in KiB, optional `uss_kb` and `served`; others are left alone. Rows in any
 * order; a row without one of the needed numbers is skipped and counted. Minutes become epoch ms from 0.
 */
export function readWorkerMemory(text: string): MemoryRecording {
  const rows = text.split(/\r?\n/);
  const header = (rows[0] ?? '').replace(/^\uFEFF/, '');
  const columns = new Map(header.split(',').map((name, index) => [name.trim().toLowerCase(), index]));
  const missing = NEEDED.filter(name => !columns.has(name));
  if (missing.length > 0)
    return {
      ok: false,
      problem: `its first line names no column ${missing.join(', ')}; it needs ${NEEDED.join(',')}`,
    };
  const lives = new Map<string, WorkerLife & { readonly points: LifePoint[] }>();
  let skippedRows = 0;
  for (const row of rows.slice(1)) {
    if (row.trim() === '') continue;
    const cells = row.split(',', 64);
    const number = (name: string) => wholeNumber(cells[columns.get(name) ?? -1]?.trim());
    const [minute, pid, startTicks, rssKib] = [
      number('minute'),
      number('pid'),
      number('starttime'),
      number('rss_kb'),
    ];
    if (minute === undefined || pid === undefined || startTicks === undefined || !rssKib) {
      skippedRows++;
      continue;
    }
    const key = `${pid}:${startTicks}`;
    const life = lives.get(key) ?? {
      server: 'recording',
      unit: 'recording',
      pid,
      startTicks,
      bootId: '',
      points: [],
    };
    lives.set(key, life);
    const ussKib = number('uss_kb');
    const served = number('served');
    life.points.push({
      atMs: minute * MINUTE_MS,
      rssBytes: rssKib * KIBIBYTE,
      ...(ussKib !== undefined && ussKib > 0 && { ussBytes: ussKib * KIBIBYTE }),
      ...(served !== undefined && { served }),
    });
  }
  if (lives.size === 0)
    return { ok: false, problem: 'it holds no row with minute, pid, starttime and rss_kb' };
  return { ok: true, lives: [...lives.values()], skippedRows };
}
