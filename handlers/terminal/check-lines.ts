import { EXIT } from './context.ts';

/** The lines of a doctor, one per check, and the exit code that they come to. */
export class CheckLines {
  readonly #write: (text: string) => void;
  #worst: number = EXIT.fine;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** The highest code of what was wrong. */
  get worst(): number {
    return this.#worst;
  }

  ok(text: string): void {
    this.#write(`ok     ${text}\n`);
  }

  /** Worth knowing, and not wrong: it does not change the exit code. */
  note(text: string): void {
    this.#write(`note   ${text}\n`);
  }

  /** @param text says what is wrong and what to do */
  wrong(text: string, code: number = EXIT.unreadable): void {
    this.#write(`WRONG  ${text}\n`);
    this.#worst = Math.max(this.#worst, code);
  }
}

/** `1 person`, `3 people`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
