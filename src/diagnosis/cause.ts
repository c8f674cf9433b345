import type { SourceLine } from '../signals/signal.ts';

/** Every cause Staunch can name, and what belongs to it. One id, one border: no failure counts twice. */
export const CAUSE_IDS = [
  'worker-oom-kill',
  'userspace-oom-kill',
  'memory-stall',
  'worker-timeout',
  'worker-crash',
  'worker-exit',
  'worker-killed-externally',
  'worker-died-mid-response',
  'service-stopped',
  'deploy-restart',
  'master-killed',
  'app-boot-failure',
  'recycling-drops-requests',
  'recycling-without-jitter',
  'backlog-full',
  'workers-saturated',
  'slow-upstream',
  'socket-permission',
  'upstream-header-too-big',
  'keepalive-race',
  'nginx-config',
  'nginx-worker-crash',
  'application-error',
  'client-abort',
  'dependency-oom-kill',
] as const;
export type BuiltInCauseId = (typeof CAUSE_IDS)[number];

/** A cause that a playbook brings along, as `PLAYBOOK/CAUSE`: the slash keeps it apart from the built-in ones. */
export type OwnCauseId = `${string}/${string}`;
export type CauseId = BuiltInCauseId | OwnCauseId;

export const isOwnCause = (id: string): id is OwnCauseId => id.includes('/');

/** What people are told about a cause that a playbook brings along. */
export interface OwnCauseWords {
  /** Lower case, fits behind "502s on checkout: ". */
  readonly title: string;
  /** One sentence. */
  readonly meaning: string;
  /** What to look at next; `{unit}` and `{window}` in the commands are filled in. Commands only read. */
  readonly steps: readonly { readonly words: string; readonly command?: string | undefined }[];
}

/** Seen, but no fault. */
export type ObservationId = 'graceful-reload' | 'recycling-works' | 'recent-change';

/**
 * One reason for or against a cause. Decibans are 10·log10 of a likelihood ratio, so independent reasons
 * add up: +10 makes a cause ten times as likely as before, -20 a hundred times less.
 */
export interface Reason {
  readonly decibans: number;
  readonly text: string;
  readonly lines: readonly SourceLine[];
}

/** How one cause stands after all its reasons were weighed. */
export interface Finding {
  readonly id: CauseId;
  /** 0 to 1: how sure we are that this happened and explains the failures attributed to it. */
  readonly probability: number;
  /** Failures that follow from it. */
  readonly attributed: number;
  /** Evidence names the pid or the unit: without this nothing is ever `confirmed`. */
  readonly proven: boolean;
  readonly scope?: 'memcg' | 'global';
  readonly reasons: readonly Reason[];
  /** For a cause that a playbook brings along. */
  readonly words?: OwnCauseWords;
}
