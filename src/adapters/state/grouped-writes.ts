interface Waiting<T, R> {
  readonly item: T;
  readonly answer: PromiseWithResolvers<R>;
}

/**
 * Writes what is asked for at about the same time together: a commit waits for the disk, whether it holds one row
 * or a hundred.
 */
export class GroupedWrites<T, R> {
  readonly #write: (items: readonly T[]) => Promise<readonly R[]>;
  readonly #most: number;
  #waiting: Waiting<T, R>[] = [];
  #writing = false;

  /** @param write answers for each item, in their order, once they are durable */
  constructor(write: (items: readonly T[]) => Promise<readonly R[]>, most: number) {
    this.#write = write;
    this.#most = most;
  }

  add(item: T): Promise<R> {
    const answer = Promise.withResolvers<R>();
    this.#waiting.push({ item, answer });
    if (!this.#writing) {
      this.#writing = true;
      queueMicrotask(() => void this.#drain());
    }
    return answer.promise;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, this.#most);
      try {
        const answers = await this.#write(group.map(({ item }) => item));
        for (const [index, { answer }] of group.entries()) answer.resolve(answers[index] as R);
      } catch (error) {
        for (const { answer } of group) answer.reject(error);
      }
    }
    this.#writing = false;
  }
}
