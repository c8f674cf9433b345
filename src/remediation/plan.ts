import type { Tier } from '../policy/tier.ts';

/** A kind of change that Staunch can make. `recycle-worker` is of low risk: it touches no file. */
export const REMEDIES = [
  'recycling',
  'oom-policy',
  'memory-limits',
  'worker-count',
  'recycle-worker',
] as const;
export type RemedyId = (typeof REMEDIES)[number];

/** Content of a file with what else must come back when it is put back. */
export interface FileState {
  /** Lower-case hex of the bytes. */
  readonly sha256: string;
  /** Permission bits, e.g. 0o644. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * One file of a plan, whole: `after.base64` are the exact bytes that will be written, `before.base64` those that were
 * seen and come back if it is undone. The digest that people approve covers both, and what they are shown is made of
 * them alone; the helper is given the hash of the former ones only.
 */
export interface FileChange {
  /** Absolute, without links or `..`. */
  readonly path: string;
  /** As it was seen; `null`: the file must not exist. */
  readonly before: (FileState & { readonly base64?: string }) | null;
  readonly after: FileState & { readonly base64: string };
}

/**
 * How the change takes effect. `reload` is Gunicorn's HUP; `restart` reads the unit's files anew first
 * (daemon-reload); `none` changes only what the next start gets.
 */
export type Activation =
  | { readonly kind: 'none' }
  | { readonly kind: 'daemon-reload' }
  | { readonly kind: 'reload' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'recycle-worker'; readonly pid: number; readonly startTicks: number };

/** What must still be so on the server when the plan is applied; otherwise it is stale and nothing is written. */
export interface UnitPrecondition {
  readonly fragmentPath: string;
  readonly dropInPaths: readonly string[];
  /** PID of Gunicorn's main process. */
  readonly mainPid: number;
  /** Start ticks of the main process: a pid alone names no process. */
  readonly mainStartTicks: number;
  readonly gunicornVersion?: string;
  readonly workerClass?: string;
}

/** What the change is expected to come to, and what makes it be taken back. */
export interface Verification {
  /** Settings that must be in force afterwards, by Gunicorn's or systemd's name. */
  readonly expected: Readonly<Record<string, string | number>>;
  /** How many workers must run, all of them younger than the action where it restarts them. */
  readonly workers: number;
  readonly workersMustBeNew: boolean;
  /** Path asked for through NGINX's loopback, where the service names one. */
  readonly healthUrl?: string;
  /** How long the change is watched before it counts as done. */
  readonly watchMs: number;
  /** When the first worker is expected to have been recycled by its new settings, ms after the action. */
  readonly firstRecycleMs?: number;
}

/** An exact change of one unit on one server: everything that an approval covers. */
export interface ServerPlan {
  readonly schema: 1;
  readonly service: string;
  readonly server: string;
  /** SHA256 fingerprint of the host key (`SHA256:…`) of the server that was looked at. */
  readonly hostKey: string;
  readonly unit: string;
  readonly remedy: RemedyId;
  /** What a person chose or accepted, by name: `maxRequests`, `maxRequestsJitter`, `memoryMaxBytes`, … */
  readonly settings: Readonly<Record<string, string | number>>;
  readonly changes: readonly FileChange[];
  readonly precondition: UnitPrecondition;
  readonly activation: Activation;
  readonly verification: Verification;
  /** The server takes the change back by itself unless it is confirmed within this time. */
  readonly confirmWithinSeconds: number;
}

/** Plans of one remedy for one service, in the order they are applied: one server first, then the others. */
export interface ChangePlan {
  readonly service: string;
  /** The most important tier of its servers: it decides who must approve. */
  readonly tier: Tier;
  readonly remedy: RemedyId;
  readonly servers: readonly ServerPlan[];
}
