import type { AlertEffect, AlertGroup } from '../intake/alert-group.ts';
import type { AlertTelling } from '../intake/alert-telling.ts';
import { alertWords } from '../intake/alert-words.ts';
import type { AlertedIncidents } from './alert-intake.ts';
import { type AlertsFire, decideAutoDiagnosis } from './auto-diagnosis.ts';
import type { DiagnosisRuns } from './diagnosis-runs.ts';
import { change, type IncidentPorts, openAgain, putRoot } from './incident-changing.ts';
import type { IncidentFollowing } from './incident-following.ts';
import { joinedRun } from './incident-joining.ts';
import { threadParcel } from './incident-parcels.ts';
import type { Standing } from './incident-ports.ts';
import type { Ids } from './ports.ts';
import { againParcels, openingParcels } from './run-parcels.ts';
import { type Incident, type NewRun, STAUNCH_ITSELF, type State } from './state-ports.ts';
import { unrestOf } from './unasked-diagnoses.ts';

export interface AlertedIncidentsPorts extends IncidentPorts {
  readonly following: IncidentFollowing;
  readonly runs: Pick<DiagnosisRuns, 'begin'>;
  readonly ids: Ids;
  readonly workspace: string;
  /** Where a service is told of; undefined where no channel is mapped to it. */
  channelOf(service: string): Promise<string | undefined>;
}

/** An alert notices some time after it began. */
const BEFORE_MS = 30 * 60_000;
const FURTHEST_MS = 3 * 3_600_000;

/**
 * Alerts as incidents: the first opens one, with a diagnosis that nobody asked for, or joins the one that is there; all
 * others are an edit of its root. Nobody is pinged by them.
 */
export class ServiceAlertedIncidents implements AlertedIncidents {
  readonly #ports: AlertedIncidentsPorts;

  constructor(ports: AlertedIncidentsPorts) {
    this.#ports = ports;
  }

  async open(
    within: State,
    group: AlertGroup,
    _effect: Extract<AlertEffect, { step: 'opened' }>,
  ): Promise<string | undefined> {
    const { ids, workspace, telling, following, clock, log } = this.#ports;
    const { service } = group;
    const channel = await this.#ports.channelOf(service);
    if (channel === undefined) {
      log.warn(
        { service },
        'nobody is told of alerts: the service has no channel. Name one under channels: in staunch.yml',
      );
      return undefined;
    }
    const atMs = clock.nowMs();
    const notice = alertWords(group);
    const startedMs = Math.min(atMs, ...group.alerts.map(({ startsAtMs }) => startsAtMs));
    const fromMs = Math.max(startedMs - BEFORE_MS, atMs - FURTHEST_MS);
    const run: NewRun = {
      id: ids.next(),
      askedBy: STAUNCH_ITSELF,
      askedAtMs: atMs,
      because: 'Alerts told of it.',
      window: { fromMs, toMs: atMs },
    };
    const incident: Incident = {
      id: ids.next(),
      service,
      workspace,
      channel,
      openedBy: STAUNCH_ITSELF,
      openedAtMs: atMs,
      openedFrom: 'alert',
      notice,
    };
    const there = await following.toJoin(within, incident, atMs);
    if (there !== undefined) {
      const id = await this.#join(within, there, { group, run, incident });
      if (id !== undefined) return id;
    }
    const opened = await within.incidents.open(incident, run);
    await following.opened(within, incident, notice);
    const standing = await within.standings.find(incident.id);
    for (const parcel of openingParcels(opened, telling, standing)) await within.outbox.put(parcel, atMs);
    return incident.id;
  }

  /** People have opened it already, or it was resolved a moment ago; undefined where it has no thread yet. */
  async #join(
    within: State,
    there: Standing,
    told: { readonly group: AlertGroup; readonly run: NewRun; readonly incident: Incident },
  ): Promise<string | undefined> {
    const { following, telling } = this.#ports;
    const { run, incident } = told;
    const { service } = incident;
    const atMs = run.askedAtMs;
    const alarm: AlertsFire = {
      kind: 'alerts-fire',
      service,
      server: '',
      fromMs: run.window.fromMs,
      because: alertWords(told.group),
    };
    const decision = decideAutoDiagnosis(alarm, await unrestOf(within, service, atMs), atMs);
    const notice = alertWords(told.group);
    if (!decision.start) {
      const joined = await following.joined(
        within,
        there,
        { by: STAUNCH_ITSELF, origin: 'alert', because: notice },
        atMs,
      );
      await putRoot(within, await change(within, joined, { notice, changedAtMs: atMs }), atMs, this.#ports);
      return there.incident.id;
    }
    const joined = await joinedRun(within, following, incident, run);
    if (joined === undefined) return undefined;
    const standing = await change(within, joined.standing, { notice, changedAtMs: atMs });
    const begun = joined.run;
    if (begun === undefined) return there.incident.id;
    const isPart = begun.incident.id !== standing.incident.id;
    const parcels = isPart ? openingParcels(begun, telling) : againParcels(begun, telling, standing);
    for (const parcel of parcels) await within.outbox.put(parcel, atMs);
    return there.incident.id;
  }

  async over(within: State, { incidentId }: AlertGroup): Promise<void> {
    // What the alerts say is told by `tell`; whether the incident is over is for people to say.
    if (incidentId !== undefined) await within.standings.hold(incidentId);
  }

  async reopen(within: State, group: AlertGroup): Promise<void> {
    const { clock } = this.#ports;
    const standing =
      group.incidentId === undefined ? undefined : await within.standings.hold(group.incidentId);
    if (standing?.state !== 'resolved') return;
    const why = { by: STAUNCH_ITSELF, because: alertWords(group), atMs: clock.nowMs() };
    await openAgain(within, standing, why, this.#ports);
  }

  async tell(within: State, group: AlertGroup, { endReply }: AlertTelling): Promise<void> {
    const { following, clock, words } = this.#ports;
    const { incidentId } = group;
    if (incidentId === undefined) return;
    const atMs = clock.nowMs();
    const notice = alertWords(group);
    await following.noticed(within, incidentId, notice, atMs);
    const standing = endReply ? await within.standings.find(incidentId) : undefined;
    if (standing === undefined) return;
    const key = `alerts-over/${group.resolvedAtMs ?? atMs}`;
    await within.outbox.put(threadParcel(standing, key, words.alertsOver(standing, notice)), atMs);
  }

  begun(incidentIds: readonly string[]): void {
    void this.#ports.runs.begin(incidentIds);
  }

  stored(): void {
    this.#ports.wakeDelivery();
  }
}
