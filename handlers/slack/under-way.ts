/** What was acknowledged and is not done yet: Slack does not deliver it again, so it is not to be cut off. */
export class UnderWay {
  readonly #works = new Set<Promise<void>>();

  async follow(work: Promise<void>): Promise<void> {
    this.#works.add(work);
    await work.finally(() => this.#works.delete(work));
  }

  /** Resolves when all that goes on now has ended. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#works);
  }
}
