import type { SourceLine } from '../signals/signal.ts';
import type { ServiceShape } from './growth-shape.ts';

/** How much it matters: `high` turns a small fault into an outage, `medium` costs something now and then. */
export type Severity = 'high' | 'medium' | 'note';

/** What each remark of a review states, in figures. The words are made where they are shown. */
export interface RemarkFacts {
  'workers-exceed-memory': {
    readonly workers: number;
    readonly freshBytes: number;
    /** The smallest worker now, which may have grown: nobody saw one that is fresh. */
    readonly freshIsGuessed: boolean;
    readonly sumBytes: number;
    readonly limitBytes: number;
    readonly workersThatFit: number;
    /** Pages may be shared: then the sum says more than is used. */
    readonly mayShare: boolean;
  };
  'close-to-limit': { readonly usedBytes: number; readonly limitBytes: number };
  'kills-counted': { readonly kills: number; readonly sinceMs?: number };
  throttled: { readonly times: number; readonly highBytes?: number };
  'reload-needs-room': {
    readonly neededBytes: number;
    readonly freeBytes: number;
    readonly workers: number;
    readonly freshIsGuessed: boolean;
  };
  'preload-shares': { readonly rssSumBytes: number; readonly usedBytes: number };
  'no-memory-limit': { readonly totalBytes?: number };
  'high-without-max': { readonly highBytes: number };
  'max-without-high': { readonly maxBytes: number };
  'more-workers-than-cores': { readonly workers: number; readonly cores: number };
  'oom-stops-unit': { readonly policy: string; readonly restart?: string; readonly held: boolean };
  'no-restart': { readonly restart: string };
  'start-limit': { readonly burst: number; readonly intervalMs?: number; readonly hit: boolean };
  'no-socket': Record<never, never>;
  'stop-too-short': {
    readonly stopMs: number;
    readonly gracefulSeconds: number;
    /** graceful_timeout could not be read: Gunicorn's default was taken. */
    readonly assumed: boolean;
    readonly seen: boolean;
  };
  'kill-mode': { readonly mode: string };
  'no-reload': { readonly how: 'absent' | 'other' };
  'not-notify': { readonly type: string };
  'daemon-reload-needed': Record<never, never>;
  'timeout-off': Record<never, never>;
  'who-gives-up-first': {
    readonly timeoutSeconds: number;
    readonly readTimeoutMs: number;
    readonly readTimeoutIsDefault: boolean;
    readonly heartbeatOnly: boolean;
  };
  'slow-boot': { readonly bootSeconds: number; readonly readTimeoutMs: number };
  'no-recycling': { readonly from: string };
  'recycled-often': { readonly leaves: number; readonly lifeMs: number };
  'no-jitter': { readonly maxRequests: number };
  'small-jitter': { readonly maxRequests: number; readonly jitter: number; readonly least: number };
  'jitter-alone': { readonly jitter: number };
  'recycles-too-late': { readonly last: number; readonly lastThatFits: number };
  'edit-the-right-layer': {
    readonly layer: 'command-line' | 'environment' | 'config-file' | 'unset';
    readonly configFile?: string;
    readonly computed: boolean;
    readonly environmentFile: boolean;
  };
  'settings-not-loaded': { readonly changedAtMs: number; readonly loadedAtMs: number };
  'recycling-not-logged': { readonly level: string };
  'growth-now': {
    readonly growing: number;
    readonly workers: number;
    readonly critical: boolean;
    readonly fromMs?: number;
    readonly toMs?: number;
  };
  'growth-shape': ServiceShape;
}

export type RemarkId = keyof RemarkFacts;

/** One thing to change or to know, with the lines that show it. */
export type Remark = {
  readonly [K in RemarkId]: {
    readonly id: K;
    readonly severity: Severity;
    readonly facts: RemarkFacts[K];
    readonly lines: readonly SourceLine[];
  };
}[RemarkId];

/** What is looked at. A check ends in remarks, in "fine", or in a gap. */
export type CheckId =
  | 'memory-for-workers'
  | 'memory-now'
  | 'memory-limits'
  | 'reload-room'
  | 'cores'
  | 'oom-policy'
  | 'restart'
  | 'socket-activation'
  | 'stop'
  | 'reload'
  | 'timeouts'
  | 'boot-time'
  | 'recycling-settings'
  | 'settings-in-force'
  | 'growth';

/** Why a check could not be made. */
export interface ReviewGap {
  readonly check: CheckId;
  readonly needs:
    | 'unit-state'
    | 'gunicorn-settings'
    | 'worker-table'
    | 'limit'
    | 'cores'
    | 'nginx-config'
    | 'boot-time'
    | 'watch';
}

export interface Review {
  /** The weightiest first. */
  readonly remarks: readonly Remark[];
  readonly fine: readonly CheckId[];
  readonly gaps: readonly ReviewGap[];
}

/** Takes down how each check went. */
export class ReviewSheet {
  readonly #remarks: Remark[] = [];
  readonly #gaps: ReviewGap[] = [];
  readonly #made = new Map<CheckId, boolean>();

  /** What was found; nothing: the check is fine. */
  check(id: CheckId, found: readonly (Remark | false | undefined)[]): void {
    const remarks = found.filter(r => r !== false && r !== undefined);
    this.#remarks.push(...remarks);
    this.#made.set(id, (this.#made.get(id) ?? true) && remarks.length === 0);
  }

  gap(check: CheckId, needs: ReviewGap['needs']): void {
    this.#gaps.push({ check, needs });
  }

  finish(): Review {
    const order: readonly Severity[] = ['high', 'medium', 'note'];
    const open = new Set(this.#gaps.map(g => g.check));
    return {
      remarks: this.#remarks.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity)),
      fine: [...this.#made].flatMap(([id, fine]) => (fine && !open.has(id) ? [id] : [])),
      gaps: this.#gaps,
    };
  }
}

/** A remark with the lines that are there. */
export function remark<K extends RemarkId>(
  id: K,
  severity: Severity,
  facts: RemarkFacts[K],
  lines: readonly (SourceLine | undefined)[],
): Remark {
  return { id, severity, facts, lines: [...new Set(lines.filter(l => l !== undefined))] } as Remark;
}
