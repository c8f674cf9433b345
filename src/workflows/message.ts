/** What is shown, opaque to the core: handlers build it (`Telling`), the surface sends it. Plain JSON. */
export interface Message {
  /** For notifications and screen readers: says all that matters without the blocks. */
  readonly text: string;
  readonly blocks: readonly unknown[];
}
