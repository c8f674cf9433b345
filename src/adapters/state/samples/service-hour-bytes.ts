import type { ServiceMinute } from '../../../workflows/sample-ports.ts';
import { PackedReader, PackedWriter, UnreadableBytes } from './packed-bytes.ts';
import { readPresence, readSeries, writePresence, writeSeries } from './packed-series.ts';
import { HOUR_MS, MINUTE_MS } from './resolution.ts';

/** Changes when the packing does; what was packed before must stay readable. */
const VERSION = 1;
const MINUTES = HOUR_MS / MINUTE_MS;
const COLUMNS = ['requests', 'http502', 'http504', 'oomKills', 'workerEnds', 'restarts'] as const;

/** Packs the counts of a service in one hour, column by column. @param minutes of this hour, oldest first */
export function packCounts(hour: number, minutes: readonly ServiceMinute[]): Uint8Array {
  const there = new Set(minutes.map(minute => Math.floor((minute.atMs - hour * HOUR_MS) / MINUTE_MS)));
  const writer = new PackedWriter();
  writer.number(VERSION);
  writePresence(
    writer,
    Array.from({ length: MINUTES }, (_, index) => there.has(index)),
  );
  for (const column of COLUMNS) {
    writeSeries(
      writer,
      minutes.map(minute => minute[column]),
    );
  }
  return writer.packed();
}

/** @throws UnreadableBytes */
export function unpackCounts(hour: number, bytes: Uint8Array): readonly ServiceMinute[] {
  const reader = new PackedReader(bytes);
  if (reader.number() !== VERSION) throw new UnreadableBytes('counts of an unknown version');
  const there = readPresence(reader, MINUTES).flatMap((has, minute) => (has ? [minute] : []));
  const columns = COLUMNS.map(() => readSeries(reader, there.length));
  reader.end();
  return there.map((minute, index) => {
    const count = (column: (typeof COLUMNS)[number]) => columns[COLUMNS.indexOf(column)]?.[index] ?? 0;
    return {
      atMs: hour * HOUR_MS + minute * MINUTE_MS,
      requests: count('requests'),
      http502: count('http502'),
      http504: count('http504'),
      oomKills: count('oomKills'),
      workerEnds: count('workerEnds'),
      restarts: count('restarts'),
    };
  });
}

/** Counts of the same minutes added up, oldest first. */
export function addedUp(parts: Iterable<ServiceMinute>): readonly ServiceMinute[] {
  const sums = new Map<number, ServiceMinute>();
  for (const part of parts) {
    const atMs = Math.floor(part.atMs / MINUTE_MS) * MINUTE_MS;
    const sum = sums.get(atMs);
    sums.set(atMs, {
      atMs,
      requests: part.requests + (sum?.requests ?? 0),
      http502: part.http502 + (sum?.http502 ?? 0),
      http504: part.http504 + (sum?.http504 ?? 0),
      oomKills: part.oomKills + (sum?.oomKills ?? 0),
      workerEnds: part.workerEnds + (sum?.workerEnds ?? 0),
      restarts: part.restarts + (sum?.restarts ?? 0),
    });
  }
  return [...sums.values()].sort((a, b) => a.atMs - b.atMs);
}
