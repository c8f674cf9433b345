import {
  type PackedReader,
  type PackedWriter,
  packedLength,
  UnreadableBytes,
  zigzag,
} from './packed-bytes.ts';

/**
 * Packs a series of whole numbers as differences from one to the next. Where stretches without a change make that
 * shorter, a stretch is packed as 0 and its length; a bit of the first number says which.
 */
export function writeSeries(writer: PackedWriter, values: readonly number[]): void {
  const [first, ...rest] = values;
  if (first === undefined) return;
  const steps = rest.map((value, index) => zigzag(value - (values[index] ?? 0)));
  const stretches = stretchesOf(steps);
  const inStretches = lengthOf(stretches) < lengthOf(steps);
  writer.number(zigzag(first) * 2 + (inStretches ? 1 : 0));
  for (const number of inStretches ? stretches : steps) writer.number(number);
}

/** @param length of the series */
export function readSeries(reader: PackedReader, length: number): number[] {
  if (length === 0) return [];
  const head = reader.number();
  const inStretches = head % 2 === 1;
  let value = unzigzag(Math.floor(head / 2));
  const values = [value];
  while (values.length < length) {
    const step = reader.number();
    const times = inStretches && step === 0 ? reader.count(length - values.length - 1) + 1 : 1;
    value += unzigzag(step);
    for (let time = 0; time < times; time += 1) values.push(value);
  }
  return values;
}

/** Which of a stretch of moments have something: how many have, have not, have, … in turn. */
export function writePresence(writer: PackedWriter, present: readonly boolean[]): void {
  let begin = 0;
  let has = true;
  while (begin < present.length) {
    const change = present.indexOf(!has, begin);
    const end = change < 0 ? present.length : change;
    writer.number(end - begin);
    begin = end;
    has = !has;
  }
}

export function readPresence(reader: PackedReader, length: number): boolean[] {
  const present: boolean[] = [];
  for (let has = true; present.length < length; has = !has) {
    const times = reader.count(length - present.length);
    if (times === 0 && present.length > 0) throw new UnreadableBytes('a stretch is empty');
    for (let time = 0; time < times; time += 1) present.push(has);
  }
  return present;
}

/** A series with holes. Nothing at all, the usual case, takes one byte. */
export function writeSparse(writer: PackedWriter, values: readonly (number | undefined)[]): void {
  const there = values.filter(value => value !== undefined);
  writer.number(there.length);
  if (there.length > 0 && there.length < values.length) {
    writePresence(
      writer,
      values.map(value => value !== undefined),
    );
  }
  writeSeries(writer, there);
}

export function readSparse(reader: PackedReader, length: number): (number | undefined)[] {
  const count = reader.count(length);
  if (count === 0) return new Array<undefined>(length).fill(undefined);
  const present = count < length ? readPresence(reader, length) : new Array<boolean>(length).fill(true);
  if (present.filter(Boolean).length !== count) throw new UnreadableBytes('counts disagree');
  const there = readSeries(reader, count).values();
  return present.map(has => (has ? there.next().value : undefined));
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Each stretch of zeros as 0 and how many more of them follow. */
function stretchesOf(steps: readonly number[]): number[] {
  const packed: number[] = [];
  for (let index = 0; index < steps.length; index += 1) {
    const step = steps[index] ?? 0;
    packed.push(step);
    if (step !== 0) continue;
    const begin = index;
    while (steps[index + 1] === 0) index += 1;
    packed.push(index - begin);
  }
  return packed;
}

function lengthOf(numbers: readonly number[]): number {
  return numbers.reduce((length, number) => length + packedLength(number), 0);
}
