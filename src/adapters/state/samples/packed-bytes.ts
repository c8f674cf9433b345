/** 7 bits a byte, lowest first; the high bit says that more follow. */
const MORE = 0x80;
/** Up to here JavaScript's bit operations are exact. */
const BITWISE = 0x7fff_ffff;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Bytes that cannot be what they should: cut short or altered. */
export class UnreadableBytes extends Error {
  override readonly name = 'UnreadableBytes';
}

/** Packs whole numbers into few bytes. */
export class PackedWriter {
  #bytes = new Uint8Array(512);
  #length = 0;

  /** @param value from 0 to 2^53-1 */
  number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} cannot be packed`);
    let rest = value;
    while (rest > BITWISE) {
      this.#push((rest % MORE) | MORE);
      rest = Math.floor(rest / MORE);
    }
    while (rest >= MORE) {
      this.#push((rest & 0x7f) | MORE);
      rest >>>= 7;
    }
    this.#push(rest);
  }

  /** A number that may be below 0; small ones of either sign take little. */
  signed(value: number): void {
    this.number(zigzag(value));
  }

  text(value: string): void {
    const bytes = Buffer.from(value, 'utf8');
    this.number(bytes.length);
    for (const byte of bytes) this.#push(byte);
  }

  /** A boot's id: 16 bytes where it is written as the kernel does, else text. */
  bootId(value: string): void {
    if (!UUID.test(value)) {
      this.#push(0);
      this.text(value);
      return;
    }
    this.#push(1);
    for (const byte of Buffer.from(value.replaceAll('-', ''), 'hex')) this.#push(byte);
  }

  packed(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }
}

/** Reads what a `PackedWriter` wrote. @throws UnreadableBytes */
export class PackedReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(): number {
    let value = 0;
    for (let weight = 1; ; weight *= MORE) {
      const byte = this.#byte();
      value += (byte % MORE) * weight;
      if (byte < MORE) break;
    }
    if (!Number.isSafeInteger(value)) throw new UnreadableBytes('a number is out of range');
    return value;
  }

  signed(): number {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A count of things that take a byte each at least, so that damage does not ask for the whole memory. */
  count(most: number): number {
    const value = this.number();
    if (value > most) throw new UnreadableBytes(`${value} where at most ${most} can be`);
    return value;
  }

  text(): string {
    const length = this.count(this.#bytes.length - this.#at);
    const begin = this.#at;
    this.#at += length;
    return Buffer.from(this.#bytes.subarray(begin, this.#at)).toString('utf8');
  }

  bootId(): string {
    if (this.#byte() === 0) return this.text();
    const hex = Array.from({ length: 16 }, () => this.#byte().toString(16).padStart(2, '0')).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  /** All must have been read. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new UnreadableBytes('there is more than there should be');
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new UnreadableBytes('they end too early');
    this.#at += 1;
    return byte;
  }
}

/** 0, -1, 1, -2, … as 0, 1, 2, 3, … */
export function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

/** How many bytes a number takes. */
export function packedLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= MORE; rest = Math.floor(rest / MORE)) length += 1;
  return length;
}
