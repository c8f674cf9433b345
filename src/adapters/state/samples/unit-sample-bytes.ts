import type { RequestCounts, UnitMemory, UnitSample, WorkerSample } from '../../../growth/worker-sample.ts';
import { PackedReader, PackedWriter, UnreadableBytes } from './packed-bytes.ts';

/** Changes when the packing does; what was packed before must stay readable. */
const VERSION = 1;
const MINUTE_MS = 60_000;
/** The kernel allows 2^22 processes; far more would be damage. */
const MOST_WORKERS = 100_000;

const OF_UNIT = ['masterPid', 'masterRssBytes', 'hostAvailableBytes', 'hostTotalBytes'] as const;
const OF_MEMORY = ['maxBytes', 'highBytes', 'oomKills', 'highEvents', 'maxEvents'] as const;
const OF_WORKER = ['ussBytes', 'served'] as const;

/** Packs a sample exactly as it is; server, unit and minute are kept beside it. */
export function packSample(sample: UnitSample): Uint8Array {
  const writer = new PackedWriter();
  writer.number(VERSION);
  writer.number(sample.atMs % MINUTE_MS);
  writer.text(sample.service);
  writer.bootId(sample.bootId);
  writer.number(sample.workers.length);
  for (const worker of sample.workers) {
    writer.number(worker.pid);
    writer.number(worker.startTicks);
    writer.number(worker.rssBytes);
    writeOptional(writer, worker, OF_WORKER);
  }
  writeOptional(writer, sample, OF_UNIT);
  writer.number(sample.memory ? 1 : 0);
  if (sample.memory) {
    writer.number(sample.memory.currentBytes);
    writeOptional(writer, sample.memory, OF_MEMORY);
  }
  writer.number(sample.counts ? 1 : 0);
  if (sample.counts) {
    const { requests, http502, http504 } = sample.counts;
    for (const count of [requests, http502, http504]) writer.number(count);
  }
  return writer.packed();
}

/** @throws UnreadableBytes */
export function unpackSample(
  bytes: Uint8Array,
  minute: number,
  { server, unit }: Pick<UnitSample, 'server' | 'unit'>,
): UnitSample {
  const reader = new PackedReader(bytes);
  if (reader.number() !== VERSION) throw new UnreadableBytes('a sample of an unknown version');
  const atMs = minute * MINUTE_MS + reader.number();
  const service = reader.text();
  const bootId = reader.bootId();
  const count = reader.count(MOST_WORKERS);
  const workers: WorkerSample[] = [];
  for (let index = 0; index < count; index += 1) {
    const worker = { pid: reader.number(), startTicks: reader.number(), rssBytes: reader.number() };
    workers.push({ ...worker, ...readOptional(reader, OF_WORKER) });
  }
  const ofUnit = readOptional(reader, OF_UNIT);
  const memory: UnitMemory | undefined =
    reader.count(1) === 1 ? { currentBytes: reader.number(), ...readOptional(reader, OF_MEMORY) } : undefined;
  const counts: RequestCounts | undefined =
    reader.count(1) === 1
      ? { requests: reader.number(), http502: reader.number(), http504: reader.number() }
      : undefined;
  reader.end();
  return {
    server,
    service,
    unit,
    atMs,
    bootId,
    workers,
    ...ofUnit,
    ...(memory && { memory }),
    ...(counts && { counts }),
  };
}

/** A bit for each that is there, then those. */
function writeOptional<K extends string>(
  writer: PackedWriter,
  from: Readonly<Partial<Record<K, number>>>,
  keys: readonly K[],
): void {
  writer.number(keys.reduce((bits, key, index) => bits | (from[key] === undefined ? 0 : 1 << index), 0));
  for (const key of keys) {
    const value = from[key];
    if (value !== undefined) writer.number(value);
  }
}

function readOptional<K extends string>(
  reader: PackedReader,
  keys: readonly K[],
): Partial<Record<K, number>> {
  const bits = reader.number();
  const read: Partial<Record<K, number>> = {};
  keys.forEach((key, index) => {
    if ((bits & (1 << index)) !== 0) read[key] = reader.number();
  });
  return read;
}
