/** What the door needs to know to open: it learns nothing else of Staunch. */
export interface DoorData {
  readonly address: { readonly host: string; readonly port: number };
  /** Where Slack's requests go. */
  readonly path: string;
  readonly signingSecret: string;
}

/** A request that Slack has signed within the last five minutes; whether it is a copy is still to be asked. */
export interface SignedRequest {
  readonly kind: 'request';
  readonly id: number;
  readonly body: Record<string, unknown>;
  readonly signature: string;
  readonly retryNum?: number;
  readonly retryReason?: string;
  /** Its sender has its answer; else an answer is owed. */
  readonly acknowledged: boolean;
}

export type FromDoor =
  | SignedRequest
  | { readonly kind: 'open' }
  | { readonly kind: 'unopened'; readonly code: string; readonly message: string }
  /** A request that was answered by itself. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** A connection could not be taken, such as for want of file descriptors; the door stays open. */
  | { readonly kind: 'trouble'; readonly reason: string }
  /** The last message. */
  | { readonly kind: 'closed' };

export interface DoorAnswer {
  readonly kind: 'answer';
  readonly id: number;
  readonly status: number;
  readonly body?: string | Record<string, unknown>;
}

export type ToDoor =
  | { readonly kind: 'open'; readonly data: DoorData }
  | DoorAnswer
  | { readonly kind: 'close' };
