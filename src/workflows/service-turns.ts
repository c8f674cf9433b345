/** Work about one service goes on one after the other, about several at the same time. */
export class ServiceTurns {
  readonly #last = new Map<string, Promise<void>>();

  /** Resolves when the work is done. @param work never throws */
  take(service: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#last.get(service) ?? Promise.resolve()).then(work);
    this.#last.set(service, turn);
    void turn.then(() => {
      if (this.#last.get(service) === turn) this.#last.delete(service);
    });
    return turn;
  }

  /** Waits for all that was begun by now. */
  async ended(): Promise<void> {
    await Promise.all(this.#last.values());
  }
}
