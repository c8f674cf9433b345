/** How long a test waits for something that never comes before it says so. */
const PATIENCE_MS = 10_000;

/** Tells whoever looks on that the workspace is different now. */
export class Changes {
  readonly #listeners = new Set<() => void>();
  readonly #waiting = new Set<() => void>();

  readonly changed = (): void => {
    for (const listener of [...this.#listeners]) listener();
  };

  /** Answers with the way to stop listening. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The first answer of `look` that is not undefined, looked for after each change. Rejects after `timeoutMs`
   * with what `describe` says about the moment.
   */
  until<T>(look: () => T | undefined, timeoutMs = PATIENCE_MS, describe = () => ''): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        stop();
        this.#waiting.delete(giveUp);
        settle();
      };
      const attempt = () => {
        try {
          const found = look();
          if (found !== undefined) end(() => resolve(found));
        } catch (error) {
          end(() => reject(error));
        }
      };
      const giveUp = (why = `within ${timeoutMs} ms`) =>
        end(() => reject(new Error(`Did not happen ${why}: ${look.toString()}\n${describe()}`)));
      const timer = setTimeout(giveUp, timeoutMs);
      const stop = this.listen(attempt);
      this.#waiting.add(giveUp);
      attempt();
    });
  }

  /** Nothing more will happen: whoever still waits is told. */
  end(): void {
    for (const giveUp of [...this.#waiting]) giveUp();
    this.#listeners.clear();
  }
}
