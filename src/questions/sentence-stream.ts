import { ClaimedSentence } from './claimed-answer.ts';

/** An answer may be this long before it is none. */
export const LONGEST_ANSWER = 40_000;

/**
 * Finds the sentences of an answer while it is being written: each is told once its object has come whole. What is
 * not in the right form is passed over here; the whole answer is judged at its end.
 */
export class SentenceStream {
  #text = '';
  #read = 0;

  /** Takes the next piece; answers with the sentences that it made whole. */
  take(piece: string): readonly ClaimedSentence[] {
    this.#text = (this.#text + piece).slice(0, LONGEST_ANSWER);
    const whole: ClaimedSentence[] = [];
    for (;;) {
      const object = this.#nextObject();
      if (object === undefined) return whole;
      const read = ClaimedSentence.safeParse(parsed(object));
      if (read.success) whole.push(read.data);
    }
  }

  get text(): string {
    return this.#text;
  }

  /** The next object within the outermost one, once its last bracket is there. */
  #nextObject(): string | undefined {
    let depth = 0;
    let begin = -1;
    let inText = false;
    for (let at = this.#read; at < this.#text.length; at++) {
      const sign = this.#text[at];
      if (inText) {
        if (sign === '\\') at++;
        else if (sign === '"') inText = false;
      } else if (sign === '"') inText = true;
      else if (sign === '{') {
        // The outermost object is never whole before the end: what counts begins inside of it.
        if (this.#read === 0) {
          this.#read = at + 1;
          continue;
        }
        if (depth === 0) begin = at;
        depth++;
      } else if (sign === '}' && depth > 0 && --depth === 0) {
        this.#read = at + 1;
        return this.#text.slice(begin, at + 1);
      }
    }
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
