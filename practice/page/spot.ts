import type { Sent } from './fields.ts';

/** An element at its place in a block. */
export interface Spot {
  readonly blockId: string;
  readonly actionId: string;
  readonly element: Sent;
  /** Whether the app is told of each change; an input keeps it for the submit. */
  readonly dispatches: boolean;
  /** Of an input: its label's text, and the ids of what labels and describes it. */
  readonly label?: string;
  readonly labelId?: string;
  readonly describedBy?: string | undefined;
  readonly invalid?: boolean;
}

/** Unique on the page, and without blanks, as an `id` must be. */
export function fieldId(spot: Spot, sceneId: string): string {
  return encodeURIComponent(`${sceneId} ${spot.blockId} ${spot.actionId}`);
}
