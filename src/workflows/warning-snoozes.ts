import type { State } from './state-ports.ts';
import { rootEdit } from './warning-parcels.ts';
import type { Snoozing, Warning, WarningView, WarningWords } from './warning-ports.ts';

export interface WarningSnoozesPorts {
  readonly state: State;
  readonly words: WarningWords;
  /** What cannot be seen of a service now. */
  sightOf(service: string): Promise<Pick<WarningView, 'gaps' | 'silent'>>;
  /** Something was queued. */
  wakeDelivery(): void;
}

/** Snoozes and wakes warnings for people: what they chose is stored together with the edit that shows it. */
export class WarningSnoozes implements Snoozing {
  readonly #ports: WarningSnoozesPorts;

  constructor(ports: WarningSnoozesPorts) {
    this.#ports = ports;
  }

  find(warningId: string): Promise<Warning | undefined> {
    return this.#ports.state.warnings.find(warningId);
  }

  snooze(warningId: string, wish: Parameters<Snoozing['snooze']>[1]): Promise<Warning | undefined> {
    const { by, untilMs, untilLeftMs, reason, atMs } = wish;
    return this.#changed(warningId, atMs, ({ growth: { severity } }) => ({
      severity,
      by,
      ...(untilMs !== undefined && { untilMs }),
      ...(untilLeftMs !== undefined && { untilLeftMs }),
      ...(reason !== undefined && { reason }),
    }));
  }

  wake(warningId: string, { atMs }: Parameters<Snoozing['wake']>[1]): Promise<Warning | undefined> {
    return this.#changed(warningId, atMs, () => undefined);
  }

  /** A look at the service that is kept in the same moment changes other things: then it is done again over that. */
  async #changed(
    id: string,
    atMs: number,
    snoozeOf: (warning: Warning) => Warning['snooze'],
  ): Promise<Warning | undefined> {
    const { state, words } = this.#ports;
    for (;;) {
      const seen = await state.warnings.find(id);
      if (seen === undefined) return undefined;
      const sight = await this.#ports.sightOf(seen.service);
      const snooze = snoozeOf(seen);
      const changed = await state.atomically(async within => {
        const warning = await within.warnings.change(seen, {
          episode: seen.episode,
          growth: seen.growth,
          changedAtMs: atMs,
          ...(snooze && { snooze }),
        });
        if (warning?.episode.posted) {
          const kills = await within.warnings.kills(id);
          await within.outbox.put(rootEdit({ warning, kills, ...sight }, words), atMs);
        }
        return warning;
      });
      if (changed === undefined) continue;
      this.#ports.wakeDelivery();
      return changed;
    }
  }
}
