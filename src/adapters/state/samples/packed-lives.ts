import type { LifePoint } from '../../../growth/worker-sample.ts';
import { type PackedReader, type PackedWriter, UnreadableBytes } from './packed-bytes.ts';
import { readSeries, readSparse, writeSeries, writeSparse } from './packed-series.ts';
import { PAGE_BYTES, pagesOf, type UnitLife } from './resolution.ts';

/** Far more than a unit can have in a day. */
const MOST_BOOTS = 100_000;
const MOST_LIVES = 10_000_000;

/** Packs lives: the boots once for all, then who each is, and its points as the caller packs them. */
export function writeLives(
  writer: PackedWriter,
  lives: readonly UnitLife[],
  writePoints: (points: readonly LifePoint[]) => void,
): void {
  const boots = [...new Set(lives.map(life => life.bootId))];
  writer.number(boots.length);
  for (const boot of boots) writer.bootId(boot);
  writer.number(lives.length);
  let before = { startTicks: 0, pid: 0 };
  for (const life of lives) {
    writer.number(boots.indexOf(life.bootId));
    // Workers of one generation have neighbouring numbers.
    writer.signed(life.startTicks - before.startTicks);
    writer.signed(life.pid - before.pid);
    before = life;
    writePoints(life.points);
  }
}

/** @throws UnreadableBytes */
export function readLives(reader: PackedReader, readPoints: () => LifePoint[]): UnitLife[] {
  const boots = Array.from({ length: reader.count(MOST_BOOTS) }, () => reader.bootId());
  const lives: UnitLife[] = [];
  let before = { startTicks: 0, pid: 0 };
  for (let left = reader.count(MOST_LIVES); left > 0; left -= 1) {
    const bootId = boots[reader.number()];
    if (bootId === undefined) throw new UnreadableBytes('a boot is missing');
    const startTicks = before.startTicks + reader.signed();
    const pid = before.pid + reader.signed();
    before = { startTicks, pid };
    lives.push({ pid, startTicks, bootId, points: readPoints() });
  }
  return lives;
}

/** What is known of some points only: unshared memory in pages, requests served. */
export function writeKnownOfSome(writer: PackedWriter, points: readonly LifePoint[]): void {
  writeSparse(
    writer,
    points.map(({ ussBytes }) => (ussBytes === undefined ? undefined : pagesOf(ussBytes))),
  );
  writeSparse(
    writer,
    points.map(point => point.served),
  );
}

export function readKnownOfSome(
  reader: PackedReader,
  length: number,
): readonly Pick<LifePoint, 'ussBytes' | 'served'>[] {
  const uss = readSparse(reader, length);
  const served = readSparse(reader, length);
  return uss.map((pages, index) => {
    const servedSoFar = served[index];
    return {
      ...(pages !== undefined && { ussBytes: pages * PAGE_BYTES }),
      ...(servedSoFar !== undefined && { served: servedSoFar }),
    };
  });
}

/** Bytes as differences of whole pages. */
export function writePages(writer: PackedWriter, bytes: readonly number[]): void {
  writeSeries(writer, bytes.map(pagesOf));
}

export function readPages(reader: PackedReader, length: number): readonly number[] {
  return readSeries(reader, length).map(pages => pages * PAGE_BYTES);
}
