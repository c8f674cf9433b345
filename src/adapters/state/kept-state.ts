import type { Audit, Remediations } from '../../workflows/remediation-ports.ts';
import type { Inbox, Incidents, Outbox, Retention, Stamps, State } from '../../workflows/state-ports.ts';
import type { GrowthLooks, Warnings } from '../../workflows/warning-ports.ts';
import { GrowthLookStore } from './growth-look-store.ts';
import { InboxStore } from './inbox-store.ts';
import { IncidentStore } from './incident-store.ts';
import { OutboxStore } from './outbox-store.ts';
import { purgeOlder } from './purge.ts';
import { AuditStore } from './remediation/audit-store.ts';
import { RemediationStore } from './remediation/remediation-store.ts';
import { joined, type Session } from './session.ts';
import { StampStore } from './stamp-store.ts';
import { WarningStore } from './warning-store.ts';

/** The state over a database. Whatever is stored was masked before: in here nothing is. */
export class KeptState implements State {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly incidents: Incidents;
  readonly stamps: Stamps;
  readonly remediations: Remediations;
  readonly audit: Audit;
  readonly warnings: Warnings;
  readonly looks: GrowthLooks;
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
    this.inbox = new InboxStore(session);
    this.outbox = new OutboxStore(session);
    this.incidents = new IncidentStore(session);
    this.stamps = new StampStore(session);
    this.remediations = new RemediationStore(session);
    this.audit = new AuditStore(session);
    this.warnings = new WarningStore(session);
    this.looks = new GrowthLookStore(session);
  }

  async atomically<T>(work: (state: State) => Promise<T>): Promise<T> {
    const outer = this.#session;
    return outer.write(db => joined(db, outer, session => work(new KeptState(session))));
  }

  async purge(nowMs: number, retention: Retention): Promise<Readonly<Record<string, number>>> {
    return this.#session.write(db => purgeOlder(db, nowMs, retention));
  }
}
