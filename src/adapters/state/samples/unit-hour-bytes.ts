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
import { HOUR_MS, SECOND_MS, type UnitLife } from './resolution.ts';

/** Changes when the packing does; what was packed before must stay readable. */
const VERSION = 1;
const SECONDS = HOUR_MS / SECOND_MS;

/**
 * Packs the lives of a unit's workers in one hour: the moments once for all, then each life as the moments it has
 * a point at and the differences of its resident memory in pages; what else is known beside it.
 * @param lives with points in this hour, each at a whole second
 */
export function packHour(hour: number, lives: readonly UnitLife[]): Uint8Array {
  const moments = [...new Set(lives.flatMap(life => life.points.map(point => point.atMs)))].sort(
    (a, b) => a - b,
  );
  const writer = new PackedWriter();
  writer.number(VERSION);
  writeMoments(
    writer,
    moments.map(atMs => (atMs - hour * HOUR_MS) / SECOND_MS),
  );
  writeLives(writer, lives, points => {
    const there = new Set(points.map(point => point.atMs));
    writePresence(
      writer,
      moments.map(atMs => there.has(atMs)),
    );
    writePages(
      writer,
      points.map(point => point.rssBytes),
    );
    writeKnownOfSome(writer, points);
  });
  return writer.packed();
}

/** @throws UnreadableBytes */
export function unpackHour(hour: number, bytes: Uint8Array): readonly UnitLife[] {
  const reader = new PackedReader(bytes);
  if (reader.number() !== VERSION) throw new UnreadableBytes('an hour of an unknown version');
  const moments = readMoments(reader).map(second => hour * HOUR_MS + second * SECOND_MS);
  const lives = readLives(reader, () => {
    const present = readPresence(reader, moments.length);
    const at = moments.filter((_, index) => present[index]);
    const rss = readPages(reader, at.length);
    const known = readKnownOfSome(reader, at.length);
    return at.map((atMs, index) => ({ atMs, rssBytes: rss[index] ?? 0, ...known[index] }));
  });
  reader.end();
  return lives;
}

/** Seconds since the begin of the hour: mostly the same distance apart, so that their second differences are 0. */
function writeMoments(writer: PackedWriter, seconds: readonly number[]): void {
  writer.number(seconds.length);
  if (seconds.length > 0) writer.number(seconds[0] ?? 0);
  writeSeries(
    writer,
    seconds.slice(1).map((second, index) => second - (seconds[index] ?? 0)),
  );
}

function readMoments(reader: PackedReader): readonly number[] {
  const count = reader.count(SECONDS);
  if (count === 0) return [];
  let second = reader.number();
  const moments = [second];
  for (const distance of readSeries(reader, count - 1)) {
    second += distance;
    moments.push(second);
  }
  return moments;
}
