import type { Origin } from '../../src/workflows/incident-ports.ts';

/** Somebody asks for something in words, in whatever way. */
export interface AskedHere {
  /** Names the delivery: the same one acts once. */
  readonly deliveryKey: string;
  readonly user: string;
  readonly channel: string;
  readonly threadTs?: string;
  /** Opens a modal, within three seconds of the person's act; a mention has none. */
  readonly triggerId?: string;
  /** A command, when not said. */
  readonly origin?: Origin;
}
