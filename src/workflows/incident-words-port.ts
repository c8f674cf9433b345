import type { NextStep } from '../guidance/next-step.ts';
import type { IncidentEntry, Standing } from './incident-ports.ts';
import type { Message } from './message.ts';

/** Why a next-step card is not the last one any more. */
export type PastCard =
  | { readonly kind: 'answered'; readonly entry: Extract<IncidentEntry, { kind: 'answer' }> }
  /** A diagnosis since then, or a change, says that something else is to be done. */
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'resolved' };

/** The words of incidents on one surface, besides those of diagnoses and changes. Implemented by `handlers/slack/blocks`. */
export interface IncidentWords {
  /** The last card of the thread: the one thing to do now. `number` is the card's; its buttons name it. */
  card(standing: Standing, step: NextStep, number: number): Message;
  /** The same card when it is over: what became of it, and no buttons. */
  pastCard(standing: Standing, step: NextStep, past: PastCard): Message;
  /** The reply that says that it is over, by whom and why. */
  resolved(standing: Standing): Message;
  /** The reply that says that it is open again. */
  reopened(standing: Standing, because: string): Message;
  /** The one reply that all alerts are over. */
  alertsOver(standing: Standing, notice: string): Message;
}
