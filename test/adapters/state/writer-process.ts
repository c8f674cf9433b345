import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./state-writer.ts', import.meta.url));

/** A process that writes into a state until it is killed. */
export class WriterProcess {
  /** What the process said is safe. */
  readonly opened: string[] = [];
  readonly guarded: string[] = [];
  readonly finished: string[] = [];
  epoch = 0;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown>;
  readonly #lines: ReturnType<typeof createInterface>;
  #complaint = '';

  constructor(folder: string, prefix: string) {
    this.#child = spawn(process.execPath, [SCRIPT, folder, prefix]);
    this.#child.stderr.on('data', chunk => {
      this.#complaint += chunk;
    });
    this.#lines = createInterface(this.#child.stdout);
    this.#lines.on('line', line => this.#hear(line));
    this.#ended = once(this.#child, 'close');
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves once so many incidents are safe; rejects when the process ends before. */
  async wrote(count: number): Promise<void> {
    while (this.finished.length < count) {
      const what = await Promise.race([once(this.#lines, 'line'), this.#ended.then(() => 'ended')]);
      if (what === 'ended') throw new Error(`the writer ended: ${this.#complaint}`);
    }
  }

  /** kill -9, and all that it had said. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #hear(line: string): void {
    const [word, id = ''] = line.split(' ');
    if (word === 'ready') this.epoch = Number(id);
    if (word === 'opened') this.opened.push(id);
    if (word === 'guarded') this.guarded.push(id);
    if (word === 'finished') this.finished.push(id);
  }
}
