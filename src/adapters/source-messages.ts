import type { Answer, Question } from '../collectors/question.ts';
import type { Server } from '../inventory/registry.ts';

/** To the thread that reads servers for the watch. `id` names an asking; ids are never used again. */
export type ToReader =
  | {
      readonly kind: 'ask';
      readonly id: number;
      readonly server: Server;
      readonly questions: readonly Question[];
    }
  | { readonly kind: 'cancel'; readonly id: number }
  /** Closes every connection; the thread ends by itself afterwards. */
  | { readonly kind: 'close' };

/** From it. */
export interface FromReader {
  readonly id: number;
  readonly answers: readonly Answer[];
}
