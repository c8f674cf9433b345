import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A script beside this file, run as a process that says a line for each thing it has done. */
export class SpokenProcess {
  readonly lines: string[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown>;
  readonly #spoken: ReturnType<typeof createInterface>;
  #complaint = '';

  constructor(script: string, args: readonly string[]) {
    const file = fileURLToPath(new URL(script, import.meta.url));
    this.#child = spawn(process.execPath, [file, ...args]);
    this.#child.stderr.on('data', chunk => {
      this.#complaint += chunk;
    });
    this.#spoken = createInterface(this.#child.stdout);
    this.#spoken.on('line', line => this.lines.push(line));
    this.#ended = once(this.#child, 'close');
  }

  /** Resolves once what it said is enough; rejects when it ends before. */
  async until(enough: (lines: readonly string[]) => boolean): Promise<void> {
    while (!enough(this.lines)) {
      const what = await Promise.race([once(this.#spoken, 'line'), this.#ended.then(() => 'ended')]);
      if (what === 'ended') throw new Error(`the process ended: ${this.#complaint}`);
    }
  }

  /** A line on its standard input. */
  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** kill -9; resolves with all that it had said. */
  async kill(): Promise<readonly string[]> {
    this.#child.kill('SIGKILL');
    await this.#ended;
    return this.lines;
  }

  /** What followed a word in the lines that begin with it. */
  said(word: string): string[] {
    return this.lines.filter(line => line.startsWith(`${word} `)).map(line => line.slice(word.length + 1));
  }
}
