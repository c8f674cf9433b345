import type { HostFile } from '../collectors/case-file.ts';
import type { CauseId } from './cause.ts';
import type { Failure } from './failures.ts';
import type { Outage } from './outages.ts';
import type { OwnEvent } from './own-causes.ts';
import type { WorkerDeath } from './worker-deaths.ts';

/** What one failed request follows from. Without a cause it is unexplained, and counted as that. */
export interface Attribution {
  readonly failure: Failure;
  readonly cause?: CauseId | undefined;
  readonly death?: WorkerDeath;
  readonly outage?: Outage;
}

export interface AttributionContext {
  readonly hosts: readonly HostFile[];
  readonly deaths: readonly WorkerDeath[];
  readonly outages: readonly Outage[];
  /** Threads per worker of each app server; undefined where nobody knows, and then nothing is capped. */
  readonly threads: ReadonlyMap<string, number | undefined>;
  /** Happenings that a playbook knows, and what follows from them. */
  readonly ownEvents?: readonly OwnEvent[];
}
