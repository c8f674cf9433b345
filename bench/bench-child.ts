import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

/** Less than a twentieth of a core. */
const LOOK_MS = 600;
const IDLE_TICKS = 3;

/** A process of the bench that answers each message with one; it says something of its own when it is ready. */
export class BenchChild implements AsyncDisposable {
  readonly #process: ChildProcess;
  #waiting: PromiseWithResolvers<unknown> | undefined;
  #gone: Error | undefined;

  private constructor(child: ChildProcess) {
    this.#process = child;
    child.on('message', message => this.#waiting?.resolve(message));
    child.once('exit', code => {
      this.#gone = new Error(`A process of the bench ended with ${code}.`);
      this.#waiting?.reject(this.#gone);
    });
  }

  /** `before`: a command that starts it in its own way, such as `chrt --rr 20`. */
  static async start(
    file: string,
    environment: Readonly<Record<string, string>> = {},
    before: readonly string[] = [],
  ): Promise<BenchChild> {
    const [execPath = process.execPath, ...execArgv] = [...before, process.execPath];
    const child = new BenchChild(fork(file, { env: { ...process.env, ...environment }, execPath, execArgv }));
    await child.#answer();
    return child;
  }

  /** One at a time. */
  async ask(message: string | object): Promise<unknown> {
    const answer = this.#answer();
    this.#process.send(message);
    return answer;
  }

  /** Ahead of what else this machine does: the process that it started to answer for it, or else itself. */
  prioritize(): void {
    const { pid = 0 } = this.#process;
    const started = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    for (const each of started.length > 0 ? started : [pid]) setPriority(Number(each), -10);
  }

  /** Resolves when it does nothing worth mentioning any more: what it was given to do is done. */
  async idle(): Promise<void> {
    for (let before = this.#ticks(); ; ) {
      await wait(LOOK_MS);
      const now = this.#ticks();
      if (now - before <= IDLE_TICKS) return;
      before = now;
    }
  }

  /** CPU that it has used, in the kernel's ticks of 10 ms. */
  #ticks(): number {
    const [user, system] = readFileSync(`/proc/${this.#process.pid}/stat`, 'utf8').split(' ').slice(13, 15);
    return Number(user) + Number(system);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#gone !== undefined) return;
    const gone = new Promise(resolve => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await gone;
  }

  #answer(): Promise<unknown> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }
}
