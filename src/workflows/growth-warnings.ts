import { type EpisodeStep, type GrowthEpisode, nextEpisode } from '../growth/growth-episode.ts';
import type { ServiceGrowth } from '../growth/growth-finding.ts';
import { type Hush, isAsleep } from '../growth/growth-hush.ts';
import type { UnitHistory } from '../growth/unit-history.ts';
import type { Ids, Log } from './ports.ts';
import { ServiceTurns } from './service-turns.ts';
import { STAUNCH_ITSELF, type State } from './state-ports.ts';
import { type GrowthChartImage, killParcels, tellingParcels } from './warning-parcels.ts';
import type { WarnedKill, Warning, WarningView, WarningWords } from './warning-ports.ts';
import type { KillSeen } from './watch-events.ts';

/** What holds for the warnings of a service at a moment. */
export interface WarningPlace {
  /** Where it is told; absent where no channel is mapped to the service. */
  readonly channel?: string;
  readonly quietHours: boolean;
  /** How often growth may ping the channel within 24 hours. */
  readonly pingsPerDay: number;
}

export interface GrowthWarningsPorts {
  readonly state: State;
  readonly words: WarningWords;
  readonly ids: Ids;
  readonly log: Log;
  readonly workspace: string;
  /** Undefined for a service that is not registered any more. */
  placeOf(service: string, atMs: number): Promise<WarningPlace | undefined>;
  /** Undefined when there is nothing to draw or it could not be drawn. Never throws. */
  draw(seen: {
    readonly growth: ServiceGrowth;
    readonly units: readonly UnitHistory[];
    readonly kills: readonly WarnedKill[];
  }): Promise<GrowthChartImage | undefined>;
  /** What cannot be seen of a service now. */
  sightOf(service: string): Promise<Pick<WarningView, 'gaps' | 'silent'>>;
  /** Something was queued. */
  wakeDelivery(): void;
  /** Somebody was told; for metrics. */
  told?(kind: NonNullable<EpisodeStep['tell']>['kind']): void;
}

const DAY_MS = 24 * 3_600_000;
/** Somebody else decided about the same service meanwhile: looked at again so often. */
const TRIES = 5;

/** What was decided rests on something that has changed meanwhile: nothing of it is kept. */
class Outdated extends Error {}

/**
 * Warns of growth: takes each look at a service, and what it changes in the service's warning is stored together with
 * what is said of it. Of several processes that see the same, one tells. Its methods never throw: the watch goes on.
 */
export class GrowthWarnings {
  readonly #ports: GrowthWarningsPorts;
  readonly #turns = new ServiceTurns();

  constructor(ports: GrowthWarningsPorts) {
    this.#ports = ports;
  }

  /** A look at a service: keeps it, and warns, raises, edits or resolves as it demands. */
  judged(growth: ServiceGrowth, units: readonly UnitHistory[]): Promise<void> {
    return this.#turns.take(growth.service, async () => {
      try {
        await this.#ports.state.looks.keep(growth);
        await this.#decide(growth, units);
      } catch (error) {
        this.#ports.log.error(
          { err: error, service: growth.service },
          'a look at the growth of a service could not be told',
        );
      }
    });
  }

  /** A kill: tied to the warning that stands, if there is one. Resolves once that is stored. */
  killed(kill: KillSeen): Promise<void> {
    return this.#turns.take(kill.service, async () => {
      try {
        await this.#tie(kill);
      } catch (error) {
        this.#ports.log.error(
          { err: error, service: kill.service, server: kill.server },
          'a kill could not be tied to the warning before it',
        );
      }
    });
  }

  /** Waits for what is under way. */
  async ended(): Promise<void> {
    await this.#turns.ended();
  }

  async #decide(growth: ServiceGrowth, units: readonly UnitHistory[]): Promise<void> {
    const { state, log } = this.#ports;
    const { service, atMs } = growth;
    const place = await this.#ports.placeOf(service, atMs);
    if (place === undefined) return;
    const sight = await this.#ports.sightOf(service);
    let chart: Promise<GrowthChartImage | undefined> | undefined;
    for (let left = TRIES; left > 0; left--) {
      const previous = await state.warnings.ofService(service);
      const channel = previous !== undefined && isOpen(previous) ? previous.channel : place.channel;
      if (channel === undefined) return;
      const hush: Hush = {
        quietHours: place.quietHours,
        channelBudget: (await state.warnings.pings(channel, atMs - DAY_MS)) >= place.pingsPerDay,
        ...(previous?.snooze && { snooze: previous.snooze }),
      };
      const step = nextEpisode(previous?.episode, growth, hush);
      const episode = step.episode ?? forgotten(previous?.episode, atMs);
      if (episode === undefined) return;
      if (step.tell?.kind === 'warn' || step.tell?.kind === 'raise')
        chart ??= this.#drawn(growth, units, previous);
      const image = await chart;
      try {
        await state.atomically(async within => {
          const warning = await this.#kept(within, previous, { channel, episode, growth });
          const { tell } = step;
          if (tell === undefined) return;
          if (tell.kind === 'warn' || tell.kind === 'raise')
            await this.#pinged(within, warning, place.pingsPerDay);
          const kills = await within.warnings.kills(warning.id);
          const view: WarningView = { warning, telling: tell, kills, ...sight };
          for (const parcel of tellingParcels(view, image, this.#ports.words))
            await within.outbox.put(parcel, atMs);
        });
      } catch (error) {
        if (error instanceof Outdated) continue;
        throw error;
      }
      if (step.tell === undefined) return;
      this.#ports.wakeDelivery();
      this.#ports.told?.(step.tell.kind);
      log.info({ service, kind: step.tell.kind, because: step.tell.because }, 'growth was told');
      return;
    }
    log.warn({ service }, 'another process decides about the growth of a service all the time');
  }

  async #drawn(
    growth: ServiceGrowth,
    units: readonly UnitHistory[],
    previous: Warning | undefined,
  ): Promise<GrowthChartImage | undefined> {
    const isSame = previous !== undefined && isOpen(previous);
    const kills = isSame ? await this.#ports.state.warnings.kills(previous.id) : [];
    return this.#ports.draw({ growth, units, kills });
  }

  /** The warning as it is from now on: the same one, or a new one where another episode has begun. */
  async #kept(
    state: State,
    previous: Warning | undefined,
    now: {
      readonly channel: string;
      readonly episode: GrowthEpisode;
      readonly growth: ServiceGrowth;
    },
  ): Promise<Warning> {
    const { channel, episode, growth } = now;
    const { service, atMs } = growth;
    const snooze = previous?.snooze && isAsleep(growth, previous.snooze) ? previous.snooze : undefined;
    const content = { episode, growth, changedAtMs: atMs, ...(snooze && { snooze }) };
    if (previous !== undefined && previous.episode.openedAtMs === episode.openedAtMs) {
      const changed = await state.warnings.change(previous, content);
      if (changed === undefined) throw new Outdated();
      return changed;
    }
    const id = this.#ports.ids.next();
    await state.incidents.begin({
      id,
      service,
      workspace: this.#ports.workspace,
      channel,
      openedFrom: 'warning',
      openedBy: STAUNCH_ITSELF,
      openedAtMs: atMs,
    });
    const opened = await state.warnings.open({ id, service, channel, ...content });
    if (opened === undefined) throw new Outdated();
    return opened;
  }

  /** What is critical pings whatever the budget says, and counts all the same. */
  async #pinged(state: State, { channel, service, growth }: Warning, pingsPerDay: number): Promise<void> {
    const { atMs, severity } = growth;
    const most = severity === 'critical' ? Number.MAX_SAFE_INTEGER : pingsPerDay;
    const budget = { most, sinceMs: atMs - DAY_MS };
    if (!(await state.warnings.ping({ channel, service, atMs }, budget))) throw new Outdated();
  }

  async #tie({ service, server, toMs, kills }: KillSeen): Promise<void> {
    const { state, words } = this.#ports;
    const sight = await this.#ports.sightOf(service);
    const tied = await state.atomically(async within => {
      const warning = await within.warnings.ofService(service);
      if (warning === undefined || !isOpen(warning)) return false;
      const isNew = await within.warnings.addKill(warning.id, { server, atMs: toMs, kills });
      if (!isNew || !warning.episode.posted) return false;
      const view: WarningView = { warning, kills: await within.warnings.kills(warning.id), ...sight };
      for (const parcel of killParcels(view, toMs, words)) await within.outbox.put(parcel, toMs);
      return true;
    });
    if (tied) this.#ports.wakeDelivery();
  }
}

/** A warning that stands: neither resolved nor only remembered. */
export function isOpen({ episode }: Warning): boolean {
  return episode.resolvedAtMs === undefined;
}

/** An episode of which nothing needs to be remembered is over, also one that nobody was told of. */
function forgotten(episode: GrowthEpisode | undefined, atMs: number): GrowthEpisode | undefined {
  return episode === undefined || episode.resolvedAtMs !== undefined
    ? undefined
    : { ...episode, resolvedAtMs: atMs };
}
