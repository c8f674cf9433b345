/** What the serve loop says, as far as it concerns the reader (docs/reading.md). */
export type Frame =
  | { readonly kind: 'hello'; readonly version: number; readonly mode: string }
  | { readonly kind: 'begin'; readonly id: number }
  | {
      readonly kind: 'end';
      readonly id: number;
      readonly bytes: Buffer;
      readonly exitCode: number;
      readonly cut: boolean;
    }
  | { readonly kind: 'done'; readonly id: number; readonly complaint: string }
  /** The other side does not keep to the protocol. Nothing after this can be believed. */
  | { readonly kind: 'breach'; readonly detail: string };

/** A frame's head line is short; what is longer is no head line. */
const MAX_HEAD_BYTES = 200;
/** The script stops at 2,000 bytes of complaint. */
const MAX_COMPLAINT_BYTES = 4000;
/** What may come before the script's first line: banners, a talkative .bashrc. */
const MAX_BANNER_BYTES = 1024 * 1024;

type Stage = 'banner' | 'between' | 'body' | 'complaint' | 'breached';

/**
 * Cuts the stream of one channel into frames. Works on bytes and on any chunking; each byte is looked at
 * once. The marker is random, so bytes that look like a frame are just bytes.
 */
export class FrameReader {
  readonly #marker: string;
  readonly #maxBytesOf: (id: number) => number;
  #stage: Stage = 'banner';
  #id = 0;
  /** Bytes not yet given out; in the body only what could be the start of the end mark. */
  #rest: Buffer = Buffer.alloc(0);
  #body: Buffer[] = [];
  #bodyBytes = 0;

  constructor(marker: string, maxBytesOf: (id: number) => number) {
    this.#marker = marker;
    this.#maxBytesOf = maxBytesOf;
  }

  /** Takes the next bytes and returns the frames that are now complete. */
  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const frame = this.#next();
      if (frame === undefined) return frames;
      frames.push(frame);
    }
  }

  #next(): Frame | undefined {
    switch (this.#stage) {
      case 'banner':
        return this.#hello();
      case 'between':
        return this.#begin();
      case 'body':
        return this.#end();
      case 'complaint':
        return this.#done();
      case 'breached':
        this.#rest = Buffer.alloc(0);
        return undefined;
    }
  }

  #breach(detail: string): Frame {
    this.#stage = 'breached';
    this.#body = [];
    return { kind: 'breach', detail };
  }

  /** Finds `lead` and the line it starts. `before` are the bytes ahead of it. */
  #headLine(lead: string): { before: Buffer; words: string[] } | 'incomplete' | 'overlong' {
    const at = this.#rest.indexOf(lead, 0, 'latin1');
    if (at < 0) return 'incomplete';
    const from = at + lead.length;
    const to = this.#rest.indexOf(0x0a, from);
    if ((to < 0 ? this.#rest.length : to) - from > MAX_HEAD_BYTES) return 'overlong';
    if (to < 0) return 'incomplete';
    const before = this.#rest.subarray(0, at);
    const words = this.#rest.toString('latin1', from, to).split(' ');
    this.#rest = this.#rest.subarray(to + 1);
    return { before, words };
  }

  #hello(): Frame | undefined {
    const head = this.#headLine(`${this.#marker} hello `);
    if (head === 'overlong') return this.#breach('its greeting does not end');
    if (head === 'incomplete') {
      return this.#rest.length > MAX_BANNER_BYTES ? this.#breach('it writes without greeting') : undefined;
    }
    this.#stage = 'between';
    return { kind: 'hello', version: Number(head.words[0]), mode: head.words[1] ?? '' };
  }

  #begin(): Frame | undefined {
    const head = this.#headLine(`${this.#marker} begin `);
    if (head === 'overlong') return this.#breach('a head line does not end');
    if (head === 'incomplete') {
      return this.#rest.length > MAX_BANNER_BYTES ? this.#breach('it writes between two answers') : undefined;
    }
    this.#id = Number(head.words[0]);
    this.#stage = 'body';
    this.#body = [];
    this.#bodyBytes = 0;
    return { kind: 'begin', id: this.#id };
  }

  #end(): Frame | undefined {
    const lead = `\n${this.#marker} end ${this.#id} `;
    const head = this.#headLine(lead);
    if (head === 'overlong') return this.#breach('a head line does not end');
    if (head === 'incomplete') {
      // Keep from the start of a lead that has been seen whole, else only what may become one.
      const seenAt = this.#rest.indexOf(lead, 0, 'latin1');
      const keepFrom = seenAt >= 0 ? seenAt : Math.max(0, this.#rest.length - lead.length + 1);
      return this.#take(this.#rest.subarray(0, keepFrom), this.#rest.subarray(keepFrom));
    }
    const tooMuch = this.#take(head.before, this.#rest);
    if (tooMuch !== undefined) return tooMuch;
    const exitCode = Number(head.words[0]);
    if (!Number.isInteger(exitCode)) return this.#breach('an answer has no exit status');
    const bytes = Buffer.concat(this.#body, this.#bodyBytes);
    this.#body = [];
    this.#stage = 'complaint';
    return { kind: 'end', id: this.#id, bytes, exitCode, cut: head.words[1] === '1' };
  }

  #take(body: Buffer, rest: Buffer): Frame | undefined {
    this.#bodyBytes += body.length;
    if (body.length > 0) this.#body.push(body);
    this.#rest = rest;
    return this.#bodyBytes > this.#maxBytesOf(this.#id)
      ? this.#breach(`an answer is longer than the agreed ${this.#maxBytesOf(this.#id)} bytes`)
      : undefined;
  }

  #done(): Frame | undefined {
    const end = `\n${this.#marker} done ${this.#id}\n`;
    const at = this.#rest.indexOf(end, 0, 'latin1');
    if (at < 0) {
      return this.#rest.length > MAX_COMPLAINT_BYTES ? this.#breach('a complaint does not end') : undefined;
    }
    const complaint = this.#rest.toString('utf8', 0, at);
    this.#rest = this.#rest.subarray(at + end.length);
    this.#stage = 'between';
    return { kind: 'done', id: this.#id, complaint };
  }
}
