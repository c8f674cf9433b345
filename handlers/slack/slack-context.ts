import type { WebClient } from '@slack/web-api';
import type { Service } from '../../src/inventory/registry.ts';
import type { RegistryStore } from '../../src/inventory/registry-store.ts';
import type { IncidentRecord } from '../../src/report/incident-record.ts';
import type { ChangeApprovals } from '../../src/workflows/change-approvals.ts';
import type { Planner } from '../../src/workflows/change-ports.ts';
import type { ChangeProposals } from '../../src/workflows/change-proposals.ts';
import type { DiagnosisRuns } from '../../src/workflows/diagnosis-runs.ts';
import type { IncidentDesk } from '../../src/workflows/incident-desk.ts';
import type { Clock, Log } from '../../src/workflows/ports.ts';
import type { State } from '../../src/workflows/state-ports.ts';
import type { ThreadQuestionPorts } from '../../src/workflows/thread-questions.ts';
import type { Snoozing } from '../../src/workflows/warning-ports.ts';
import type { WatchOverview } from '../../src/workflows/watch-overview.ts';
import type { People } from './people.ts';
import type { Replies } from './replies.ts';
import type { UnderWay } from './under-way.ts';

/** What the listeners are given. They hold no state of their own. */
export interface SlackContext {
  readonly state: State;
  readonly runs: DiagnosisRuns;
  readonly incidents: {
    readonly desk: IncidentDesk;
    /** Everything that is kept of an incident. */
    record(incidentId: string): Promise<IncidentRecord | undefined>;
  };
  /** For questions in an incident's thread. */
  readonly questions: ThreadQuestionPorts;
  readonly changes: {
    readonly planner: Planner;
    readonly proposals: ChangeProposals;
    readonly approvals: ChangeApprovals;
  };
  readonly registry: Pick<RegistryStore, 'file' | 'read'>;
  /** Absent while nothing is watched. */
  readonly snoozing?: Snoozing;
  readonly people: People;
  readonly replies: Replies;
  /** For the end of the process, which waits for it. */
  readonly underWay: UnderWay;
  /** What the watch sees of these services, by id; absent while nothing is watched. */
  watched?(services: readonly Service[]): Promise<ReadonlyMap<string, WatchOverview>>;
  /** Something was queued. */
  wakeDelivery(): void;
  /** For modals and the App Home; gives up within seconds. */
  readonly client: WebClient;
  readonly clock: Clock;
  readonly log: Log;
  /** The app as Slack knows it. */
  readonly bot: { readonly botId: string; readonly botUserId: string };
  /** The workspace the app is installed in. */
  readonly workspace: string;
  /** Staunch's version. */
  readonly version: string;
}
