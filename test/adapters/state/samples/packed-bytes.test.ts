import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thinned } from '../../../../src/adapters/state/samples/envelopes.ts';
import {
  PackedReader,
  PackedWriter,
  packedLength,
  UnreadableBytes,
} from '../../../../src/adapters/state/samples/packed-bytes.ts';
import {
  readPresence,
  readSeries,
  readSparse,
  writePresence,
  writeSeries,
  writeSparse,
} from '../../../../src/adapters/state/samples/packed-series.ts';
import { packCounts, unpackCounts } from '../../../../src/adapters/state/samples/service-hour-bytes.ts';
import { packDay, unpackDay } from '../../../../src/adapters/state/samples/unit-day-bytes.ts';
import { packHour, unpackHour } from '../../../../src/adapters/state/samples/unit-hour-bytes.ts';
import { packSample, unpackSample } from '../../../../src/adapters/state/samples/unit-sample-bytes.ts';
import { aSample, BOOT, counted, DAWN_MS, DAY_MS, HOUR_MS, MIB } from './watched.ts';

const packed = (write: (writer: PackedWriter) => void) => {
  const writer = new PackedWriter();
  write(writer);
  return writer.packed();
};
const unpacked = <T>(bytes: Uint8Array, read: (reader: PackedReader) => T): T => {
  const reader = new PackedReader(bytes);
  const value = read(reader);
  reader.end();
  return value;
};
const whole = fc.oneof(fc.nat({ max: 300 }), fc.maxSafeNat());
const step = fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 3 }), fc.integer());

describe('packed bytes', () => {
  it('give every number, text and boot back, each in as few bytes as said', () => {
    fc.assert(
      fc.property(
        whole,
        fc.integer(),
        fc.string({ unit: 'grapheme' }),
        fc.uuid(),
        (n, signed, text, boot) => {
          const bytes = packed(writer => {
            writer.number(n);
            writer.signed(signed);
            writer.text(text);
            writer.bootId(boot);
            writer.bootId(text);
          });
          const read = unpacked(bytes, reader => [
            reader.number(),
            reader.signed(),
            reader.text(),
            reader.bootId(),
            reader.bootId(),
          ]);
          expect(read).toEqual([n, signed, text, boot, text]);
          expect(packed(writer => writer.number(n))).toHaveLength(packedLength(n));
        },
      ),
    );
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuse %d', value => {
    expect(() => packed(writer => writer.number(value))).toThrow(RangeError);
  });

  it('give every series back, with and without holes', () => {
    fc.assert(
      fc.property(fc.array(step), fc.array(fc.boolean()), (steps, holes) => {
        let sum = 5_000_000_000;
        const values = steps.map(one => (sum += one));
        const sparse = values.map((value, index) => (holes[index] ? undefined : value));
        const bytes = packed(writer => {
          writeSeries(writer, values);
          writeSparse(writer, sparse);
          writePresence(writer, holes);
        });
        unpacked(bytes, reader => {
          expect(readSeries(reader, values.length)).toEqual(values);
          expect(readSparse(reader, sparse.length)).toEqual(sparse);
          expect(readPresence(reader, holes.length)).toEqual(holes);
        });
      }),
    );
  });

  it('take two more for an hour without a change', () => {
    const flat = new Array<number>(60).fill(30_000);
    expect(packed(writer => writeSeries(writer, flat))).toHaveLength(3 + 2);
  });
});

describe('damaged bytes', () => {
  const hour = DAWN_MS / HOUR_MS;
  const life = (pid: number) => ({
    pid,
    startTicks: 100 + pid,
    bootId: BOOT,
    points: Array.from({ length: 20 }, (_, index) => ({
      atMs: DAWN_MS + index * 60_000,
      rssBytes: (100 + index * pid) * MIB,
    })),
  });
  it.each<[string, Uint8Array, (bytes: Uint8Array) => unknown]>([
    ['a sample', packSample(aSample(DAWN_MS)), bytes => unpackSample(bytes, 1, { server: 's', unit: 'u' })],
    ['an hour', packHour(hour, [life(1), life(2)]), bytes => unpackHour(hour, bytes)],
    ['a day', packDay(DAWN_MS / DAY_MS, [thinned(life(3))]), bytes => unpackDay(DAWN_MS / DAY_MS, bytes)],
    ['counts', packCounts(hour, [counted(DAWN_MS)]), bytes => unpackCounts(hour, bytes)],
  ])('of %s are read as something or refused, and never end the process', (_, good, unpack) => {
    expect(() => unpack(good)).not.toThrow();
    for (let end = 0; end < good.length; end += 1) {
      expect(() => unpack(good.subarray(0, end))).toThrow(UnreadableBytes);
    }
    expect(() => unpack(new Uint8Array([...good, 0]))).toThrow(UnreadableBytes);
    const places = fc.array(fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(places, changes => {
        const bad = good.slice();
        for (const [at, byte] of changes) bad[at] = byte;
        try {
          unpack(bad);
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableBytes);
        }
      }),
      { numRuns: 500 },
    );
  });
});
