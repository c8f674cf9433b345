import type { Alert } from '../intake/alert.ts';
import {
  type AlertEffect,
  type AlertGroup,
  keyOf,
  type PlacedAlert,
  withAlert,
} from '../intake/alert-group.ts';
import { placeOf } from '../intake/alert-place.ts';
import { type AlertTelling, TELL_EVERY_MS, tellingOf, told } from '../intake/alert-telling.ts';
import type { Registry } from '../inventory/registry.ts';
import type { Mask } from '../report/masking.ts';
import type { AlertList, AlertSink } from './alert-ports.ts';
import type { Clock, Log, Timer } from './ports.ts';
import type { State } from './state-ports.ts';

/**
 * What becomes of alerts in chat. Every method but `begun` happens within the transaction in which the alert is
 * stored: with `within`, and nothing that cannot be taken back.
 */
export interface AlertedIncidents {
  /**
   * Opens the incident of a service, or joins the one that people have opened already, and queues its first words.
   * Answers with its id; undefined where there is no place to tell it.
   */
  open(
    within: State,
    group: AlertGroup,
    effect: Extract<AlertEffect, { step: 'opened' }>,
  ): Promise<string | undefined>;
  /** All its alerts have ended, or one has come back since. People are told by `tell`. */
  over(within: State, group: AlertGroup): Promise<void>;
  reopen(within: State, group: AlertGroup): Promise<void>;
  /** Queues an edit and, where `telling` says so, the one reply that it is over. Six times a minute at most. */
  tell(within: State, group: AlertGroup, telling: AlertTelling): Promise<void>;
  /** What was opened is stored for good: whatever waits for that may begin. */
  begun(incidentIds: readonly string[]): void;
  /** What was queued is stored for good: it may be sent. */
  stored?(): void;
}

export interface AlertIntakePorts {
  readonly state: State;
  /** Undefined while staunch.yml has a mistake. */
  registry(): Promise<Registry | undefined>;
  readonly incidents: AlertedIncidents;
  /** Everything that a sender wrote passes it before it is stored. */
  readonly mask: Mask;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
  /** One alert was taken; for metrics. `nowhere`: no service is known for it. */
  readonly taken?: (step: AlertEffect['step'] | 'nowhere') => void;
}

/** Alerts cannot be taken now; whoever sends them should try again. */
export class AlertsNotTaken extends Error {
  override readonly name = 'AlertsNotTaken';
}

/**
 * Takes alerts into the groups of their services: one incident for one outage, however many alerts there are of it,
 * in one transaction each, so that a crash loses none and tells none twice.
 */
export class AlertIntake implements AlertSink {
  readonly #ports: AlertIntakePorts;
  #takeBack: (() => void) | undefined;
  #stopped = false;

  constructor(ports: AlertIntakePorts) {
    this.#ports = ports;
  }

  /** After a start: tells what a crash left untold. */
  async start(): Promise<void> {
    await this.#tellDue();
  }

  /** Nothing is told after that; what waits is told by the next start. */
  stop(): void {
    this.#stopped = true;
    this.#takeBack?.();
  }

  /** @throws AlertsNotTaken while it is not known which services there are */
  async take(alerts: readonly Alert[], deliveryKey?: string): Promise<{ readonly duplicate: boolean }> {
    const placed = await this.#placed(alerts);
    return { duplicate: !(await this.#keep(placed, deliveryKey)) };
  }

  async takeAll({ source, firing, there, askedAtMs }: AlertList): Promise<void> {
    const placed = await this.#placed(firing);
    const still = new Set(there.map(fingerprint => keyOf({ source, fingerprint })));
    const ended = (await this.#ports.state.alertGroups.firing()).flatMap(({ service, alerts }) =>
      alerts
        .filter(({ key, state }) => state === 'firing' && key.startsWith(`${source}/`) && !still.has(key))
        .filter(({ changedAtMs }) => changedAtMs < askedAtMs)
        .map((alert): PlacedAlert => {
          const fingerprint = alert.key.slice(source.length + 1);
          return { ...alert, service, source, fingerprint, state: 'resolved' };
        }),
    );
    if (placed.length + ended.length > 0) await this.#keep([...placed, ...ended]);
  }

  async #placed(alerts: readonly Alert[]): Promise<PlacedAlert[]> {
    const { registry: read, mask, log, taken } = this.#ports;
    const registry = await read();
    if (registry === undefined)
      throw new AlertsNotTaken('staunch.yml has a mistake, so it is not known which services there are.');
    return alerts.flatMap((alert): PlacedAlert[] => {
      const { source, fingerprint, state, startsAtMs } = alert;
      const place = placeOf(alert, registry);
      if ('nowhere' in place) {
        const labels = Object.fromEntries([...alert.labels].slice(0, 12).map(([k, v]) => [k, mask(v)]));
        log.warn({ source, reason: place.nowhere, labels }, 'an alert belongs to no service');
        taken?.('nowhere');
        return [];
      }
      const { service, server } = place;
      return [
        {
          source,
          fingerprint,
          state,
          startsAtMs,
          service,
          name: mask(alert.name),
          ...(alert.summary !== undefined && { summary: mask(alert.summary) }),
          ...(server !== undefined && { server }),
        },
      ];
    });
  }

  /** False when the delivery was taken before. */
  async #keep(placed: readonly PlacedAlert[], deliveryKey?: string): Promise<boolean> {
    const { state, clock, incidents, log, taken } = this.#ports;
    const nowMs = clock.nowMs();
    const effects: (readonly [PlacedAlert, AlertEffect])[] = [];
    const opened: string[] = [];
    const isNew = await state.atomically(async within => {
      if (deliveryKey !== undefined && !(await within.inbox.claim(deliveryKey, nowMs))) return false;
      // In one order everywhere, so that two processes never wait for each other.
      for (const [service, alerts] of [...Map.groupBy(placed, alert => alert.service)].toSorted(byName)) {
        const before = await within.alertGroups.hold(service);
        let group = before;
        const own: AlertEffect[] = [];
        for (const alert of alerts) {
          const { group: after, effect } = withAlert(group, alert, nowMs);
          group = after;
          own.push(effect);
          effects.push([alert, effect]);
        }
        if (group === undefined || group === before) continue;
        const settled = await this.#settle(within, before, group, own, nowMs, opened);
        await within.alertGroups.keep(settled);
        this.#lookAgain(settled);
      }
      return true;
    });
    if (!isNew) return false;
    if (opened.length > 0) incidents.begun(opened);
    incidents.stored?.();
    for (const [, { step }] of effects) taken?.(step);
    const counts = Map.groupBy(
      effects,
      ([{ service }, { step, reason }]) => `${service}: ${step}, ${reason}`,
    );
    for (const [what, those] of counts)
      if (those.some(([, { step }]) => step !== 'ignored'))
        log.info({ what, alerts: those.length }, 'alerts were taken');
    return true;
  }

  /** Opens, ends or opens again what the alerts made of a group, and tells people as far as that is due. */
  async #settle(
    within: State,
    before: AlertGroup | undefined,
    group: AlertGroup,
    effects: readonly AlertEffect[],
    nowMs: number,
    opened: string[],
  ): Promise<AlertGroup> {
    const { incidents } = this.#ports;
    const opening = effects.findLast(effect => effect.step === 'opened');
    if (opening !== undefined) {
      const incidentId = await incidents.open(within, group, opening);
      if (incidentId === undefined) return { ...group, untold: false };
      opened.push(incidentId);
      const open = { ...group, incidentId, toldAtMs: nowMs };
      // It began and ended within one delivery: that is still to be told.
      if (group.state === 'firing') return { ...open, untold: false };
      await incidents.over(within, open);
      return open;
    }
    if (group.incidentId === undefined) return { ...group, untold: false };
    if (before?.state === 'resolved' && group.state === 'firing') await incidents.reopen(within, group);
    if (before?.state === 'firing' && group.state === 'resolved') await incidents.over(within, group);
    return this.#tell(within, group, nowMs);
  }

  async #tell(within: State, group: AlertGroup, nowMs: number): Promise<AlertGroup> {
    const telling = tellingOf(group, nowMs);
    if (telling.edit) await this.#ports.incidents.tell(within, group, telling);
    return told(group, telling, nowMs);
  }

  #lookAgain(group: AlertGroup): void {
    const { clock } = this.#ports;
    if (!group.untold) return;
    const { notBeforeMs = 0 } = tellingOf(group, clock.nowMs());
    this.#tellAfter(Math.max(0, notBeforeMs - clock.nowMs()));
  }

  #tellAfter(delayMs: number): void {
    if (this.#takeBack !== undefined || this.#stopped) return;
    this.#takeBack = this.#ports.timer.after(delayMs, () => {
      this.#takeBack = undefined;
      void this.#tellDue();
    });
  }

  /** Tells of every group that has news, as far as that is due. Never throws. */
  async #tellDue(): Promise<void> {
    const { state, clock, log } = this.#ports;
    try {
      for (const service of await state.alertGroups.untold()) {
        const left = await state.atomically(async within => {
          const group = await within.alertGroups.hold(service);
          if (group === undefined) return undefined;
          const after = await this.#tell(within, group, clock.nowMs());
          if (after !== group) await within.alertGroups.keep(after);
          return after;
        });
        if (left) this.#lookAgain(left);
      }
      this.#ports.incidents.stored?.();
    } catch (error) {
      log.error({ err: error }, 'news of alerts could not be told; it will be tried again');
      this.#tellAfter(TELL_EVERY_MS);
    }
  }
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
