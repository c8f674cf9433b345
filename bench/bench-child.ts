import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';

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

  static async start(file: string, environment: Readonly<Record<string, string>> = {}): Promise<BenchChild> {
    const child = new BenchChild(fork(file, { env: { ...process.env, ...environment } }));
    await child.#answer();
    return child;
  }

  /** One at a time. */
  async ask(message: string | object): Promise<unknown> {
    const answer = this.#answer();
    this.#process.send(message);
    return answer;
  }

  /** Ahead of what else this machine does; without root it stays as it is. */
  prioritize(): void {
    try {
      setPriority(this.#process.pid ?? 0, -10);
    } catch {
      // Only root may; then all wait alike.
    }
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
