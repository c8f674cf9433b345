import type { Anchor } from '../../remediation/audit-chain.ts';
import type { Standings } from '../../workflows/incident-ports.ts';
import type { Clock } from '../../workflows/ports.ts';
import type { Audit, Remediations } from '../../workflows/remediation-ports.ts';
import type { Leases, Samples, ServerNotes } from '../../workflows/sample-ports.ts';
import type { Incidents, Outbox, Stamps, State } from '../../workflows/state-ports.ts';
import type { GrowthLooks, Warnings } from '../../workflows/warning-ports.ts';
import type { AuditFound } from './remediation/audit-check.ts';
import type { Session } from './session.ts';

/** How long an owner that cannot be seen is waited for; renew several times within. */
export const LEASE_MS = 60_000;

export interface StateOptions {
  readonly clock: Clock;
  /**
   * Time since the machine was started, sleep included, ms. Where it is given and the state is in a file, a clock that
   * is set meanwhile is noticed, and approvals from before do not count any more.
   */
  uptimeMs?(): number;
  /** How long the lease lasts without being renewed; a minute when not said. */
  readonly leaseMs?: number;
}

/** The state while this process works with it: alone on SQLite, as one of several on PostgreSQL. */
export interface OpenedState extends State {
  /** Rises with every process that opens the state. */
  readonly epoch: number;
  readonly samples: Samples;
  readonly leases: Leases;
  readonly notes: ServerNotes;
  /**
   * To be called several times per lease. False: another process took over, and this one must stop; never on
   * PostgreSQL, where others take up only what this one left lying too long.
   */
  renewLease(): Promise<boolean>;
  /** Waits for what is under way, leaves the state to the next, and closes it. */
  close(): Promise<void>;
}

/** An opened state with the way to its tables, for what deals with all of it at once. */
export interface WorkingState extends OpenedState {
  readonly session: Session;
}

/** What can be seen of a state that another process may be working with. */
export interface StateReading {
  readonly incidents: Pick<
    Incidents,
    'run' | 'runsOf' | 'running' | 'document' | 'latest' | 'runOfThread' | 'feedback'
  >;
  readonly standings: Pick<Standings, 'find' | 'numbered' | 'open' | 'recent' | 'entries' | 'parts'>;
  readonly stamps: Pick<Stamps, 'find'>;
  readonly outbox: Pick<Outbox, 'backlog'>;
  readonly warnings: Pick<Warnings, 'ofService' | 'find' | 'newest' | 'kills'>;
  readonly looks: Pick<GrowthLooks, 'all'>;
  readonly notes: Pick<ServerNotes, 'all'>;
  readonly samples: Pick<Samples, 'lives' | 'last' | 'minutes'>;
  readonly remediations: Pick<
    Remediations,
    'find' | 'approvals' | 'steps' | 'inState' | 'ofService' | 'stopped'
  >;
  readonly audit: Pick<Audit, 'entries' | 'head' | 'lastOf'> & {
    /** Goes through all of it. @param anchors heads that were kept elsewhere */
    check(anchors: readonly Anchor[]): Promise<AuditFound>;
  };
  close(): Promise<void>;
}
