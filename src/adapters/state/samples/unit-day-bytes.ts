import type { LifePoint } from '../../../growth/worker-sample.ts';
import { BLOCK_MS } from './envelopes.ts';
import { PackedReader, PackedWriter, UnreadableBytes } from './packed-bytes.ts';
import {
  readKnownOfSome,
  readLives,
  readPages,
  writeKnownOfSome,
  writeLives,
  writePages,
} from './packed-lives.ts';
import { readPresence, readSeries, writePresence, writeSeries } from './packed-series.ts';
import { DAY_MS, type UnitLife } from './resolution.ts';

/** Changes when the packing does; what was packed before must stay readable. */
const VERSION = 1;
const BLOCKS = DAY_MS / BLOCK_MS;

/** Packs the thinned lives of a unit's workers on one day: which blocks each has, and their envelopes. */
export function packDay(day: number, lives: readonly UnitLife[]): Uint8Array {
  const writer = new PackedWriter();
  writer.number(VERSION);
  writeLives(writer, lives, points => writePoints(writer, day, points));
  return writer.packed();
}

/** @throws UnreadableBytes */
export function unpackDay(day: number, bytes: Uint8Array): readonly UnitLife[] {
  const reader = new PackedReader(bytes);
  if (reader.number() !== VERSION) throw new UnreadableBytes('a day of an unknown version');
  const lives = readLives(reader, () => readPoints(reader, day));
  reader.end();
  return lives;
}

function writePoints(writer: PackedWriter, day: number, points: readonly LifePoint[]): void {
  const blocks = new Set(points.map(point => Math.floor((point.atMs - day * DAY_MS) / BLOCK_MS)));
  writePresence(
    writer,
    Array.from({ length: BLOCKS }, (_, block) => blocks.has(block)),
  );
  const write = (of: (point: LifePoint) => number) => writePages(writer, points.map(of));
  write(point => point.rssBytes);
  write(point => point.rssBytes - (point.envelope?.lowestBytes ?? point.rssBytes));
  write(point => (point.envelope?.highestBytes ?? point.rssBytes) - point.rssBytes);
  writeSeries(
    writer,
    points.map(point => point.envelope?.samples ?? 1),
  );
  writeKnownOfSome(writer, points);
}

function readPoints(reader: PackedReader, day: number): LifePoint[] {
  const blocks = readPresence(reader, BLOCKS).flatMap((has, block) => (has ? [block] : []));
  const read = () => readPages(reader, blocks.length);
  const [tenth, below, above] = [read(), read(), read()];
  const samples = readSeries(reader, blocks.length);
  const known = readKnownOfSome(reader, blocks.length);
  return blocks.map((block, index) => {
    const rssBytes = tenth[index] ?? 0;
    return {
      atMs: day * DAY_MS + block * BLOCK_MS + BLOCK_MS / 2,
      rssBytes,
      ...known[index],
      envelope: {
        lowestBytes: rssBytes - (below[index] ?? 0),
        highestBytes: rssBytes + (above[index] ?? 0),
        samples: samples[index] ?? 0,
      },
    };
  });
}
