import type { AlertGroups } from '../../workflows/alert-ports.ts';
import type { Standings } from '../../workflows/incident-ports.ts';
import type { Narrations } from '../../workflows/narrator-port.ts';
import type { Audit, Remediations } from '../../workflows/remediation-ports.ts';
import type { Inbox, Incidents, Outbox, Retention, Stamps, State } from '../../workflows/state-ports.ts';
import type { GrowthLooks, Warnings } from '../../workflows/warning-ports.ts';
import { AlertGroupStore } from './alert-group-store.ts';
import { GrowthLookStore } from './growth-look-store.ts';
import { InboxStore } from './inbox-store.ts';
import { IncidentStore } from './incident-store.ts';
import { NarrationStore } from './narration-store.ts';
import { OutboxStore } from './outbox-store.ts';
import { purgeOlder } from './purge.ts';
import { AuditStore } from './remediation/audit-store.ts';
import { RemediationStore } from './remediation/remediation-store.ts';
import { joined, type Session } from './session.ts';
import { StampStore } from './stamp-store.ts';
import { StandingStore } from './standing-store.ts';
import { WarningStore } from './warning-store.ts';

/** The state over a database. Whatever is stored was masked before: in here nothing is. */
export class KeptState implements State {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly incidents: Incidents;
  readonly standings: Standings;
  readonly stamps: Stamps;
  readonly remediations: Remediations;
  readonly audit: Audit;
  readonly warnings: Warnings;
  readonly looks: GrowthLooks;
  readonly alertGroups: AlertGroups;
  readonly narrations: Narrations;
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
    this.inbox = new InboxStore(session);
    this.outbox = new OutboxStore(session);
    this.incidents = new IncidentStore(session);
    this.standings = new StandingStore(session);
    this.stamps = new StampStore(session);
    this.remediations = new RemediationStore(session);
    this.audit = new AuditStore(session);
    this.warnings = new WarningStore(session);
    this.looks = new GrowthLookStore(session);
    this.alertGroups = new AlertGroupStore(session);
    this.narrations = new NarrationStore(session);
  }

  async atomically<T>(work: (state: State) => Promise<T>): Promise<T> {
    const outer = this.#session;
    return outer.write(db => joined(db, outer, session => work(new KeptState(session))));
  }

  async purge(nowMs: number, retention: Retention): Promise<Readonly<Record<string, number>>> {
    return this.#session.write(db => purgeOlder(db, nowMs, retention));
  }
}
