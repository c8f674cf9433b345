/**
 * What can be asked of a server. A question is a verb of the read script (`target/read/`) with arguments,
 * never a shell string: there is nothing to inject into. The same verbs work over a standing shell and over
 * a read key whose forced command is the script itself.
 */
export const READ_VERBS = [
  'clock',
  'unit-list',
  'unit-state',
  'unit-files',
  'unit-journal',
  'kernel-log',
  'nginx-config',
  'error-log',
  'access-log',
  'cgroup-memory',
  'worker-table',
  'accept-queue',
  'gunicorn-environment',
  'host-memory',
  'versions',
  'recent-changes',
  'access',
  'watch-sample',
] as const;
export type ReadVerb = (typeof READ_VERBS)[number];

/** Longest a question may take and the most it may send; both are enforced on both ends. */
export interface Limits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface Question {
  readonly verb: ReadVerb;
  readonly args: readonly string[];
  readonly limits: Limits;
}

/**
 * The answer to one question. `exitCode` and `complaint` (what the tools wrote to stderr, capped) tell a
 * refusal from silence; `cutAtBytes` says that there was more.
 */
export type Answer =
  | {
      readonly ok: true;
      readonly bytes: Uint8Array;
      readonly exitCode: number;
      readonly complaint: string;
      readonly cutAtBytes?: number;
      readonly tookMs: number;
    }
  | {
      readonly ok: false;
      readonly reason:
        | 'unreachable'
        | 'host-key'
        | 'login-refused'
        | 'timed-out'
        | 'connection-lost'
        | 'cancelled';
      /** For people: what happened and what to try. */
      readonly detail: string;
    };

/** The window of time a diagnosis looks at, both ends inclusive, epoch ms by this machine's clock. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}
