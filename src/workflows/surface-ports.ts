import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import type { Standing } from './incident-ports.ts';
import type { Progress } from './investigation.ts';
import type { Message } from './message.ts';
import type { OutgoingFile, Run } from './state-ports.ts';

/** How each server gets on, the last word of each. */
export type ServerProgress = ReadonlyMap<string, Progress>;

/**
 * The words of a diagnosis on one surface. Implemented by `handlers/slack/blocks`. Pure. The root message says how its
 * incident stands, where that is given.
 */
export interface Telling {
  /** The root message while the diagnosis runs. */
  running(run: Run, standing?: Standing): Message;
  /** The checklist in the thread, edited in place. `ended` once nothing more is asked. */
  progress(run: Run, servers: ServerProgress, ended: boolean): Message;
  /** The root message with the verdict. `tookMs` from asking to verdict. */
  verdict(run: Run, document: DiagnosisDocument, tookMs: number, standing?: Standing): Message;
  /** The replies that show the evidence behind the verdict, in order. */
  evidence(run: Run, document: DiagnosisDocument): readonly Message[];
  /** The root message of a diagnosis that failed: what happened and what to try. */
  failed(run: Run, standing?: Standing): Message;
  /** The reply that says that Staunch was restarted in the middle and began again. */
  begunAgain(run: Run): Message;
}

/** A parcel with everything resolved: where it goes is a channel and stamps. */
export type Shipment = {
  /** Stable over attempts: a surface that knows it does not show the message twice. */
  readonly key: string;
  readonly channel: string;
} & (
  | { readonly kind: 'post'; readonly threadTs?: string; readonly message: Message }
  | { readonly kind: 'update'; readonly ts: string; readonly message: Message }
  | {
      readonly kind: 'upload';
      readonly threadTs?: string;
      readonly file: OutgoingFile;
      /** From an earlier attempt (`progress`). */
      readonly progress?: string;
      /** Stores progress before the step that must not be taken twice: the process may end in the middle of it. */
      keepProgress(progress: string): Promise<void>;
    }
);

export type ShipmentAnswer =
  /** `channel` where it stands, when that is not the one named: a person's id becomes their conversation with us. */
  | { readonly ok: true; readonly ts?: string; readonly channel?: string }
  /** Try again: not before `afterMs` from now when the surface named a time. */
  | {
      readonly ok: false;
      readonly again: true;
      readonly afterMs?: number;
      readonly reason: string;
      readonly progress?: string;
    }
  /** It will never succeed. `reason` is for the log and the person: `not_in_channel`, `invalid_blocks`. */
  | { readonly ok: false; readonly again: false; readonly reason: string };

/** Sends to people. Never throws, never waits for a rate limit, ends within its own time limit. */
export interface Surface {
  ship(shipment: Shipment): Promise<ShipmentAnswer>;
}
