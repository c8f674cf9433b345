import type { Window } from '../collectors/question.ts';
import type { Clock, Log } from './ports.ts';
import { ServiceTurns } from './service-turns.ts';
import type { BurstSeen, KillSeen } from './watch-events.ts';

/** What makes the watch diagnose by itself. */
export type Alarm = KillSeen | BurstSeen | AlertsFire;

/** Monitoring told of a service. */
export interface AlertsFire {
  readonly kind: 'alerts-fire';
  readonly service: string;
  /** Empty: alerts come from all of them. */
  readonly server: string;
  /** When the first of them began, epoch ms. */
  readonly fromMs: number;
  /** For people. */
  readonly because: string;
}

/** What is known of a service when something was seen of it; over all processes and restarts. */
export interface ServiceUnrest {
  /** When a diagnosis of it last began, by whomever. */
  readonly lastBegunAtMs?: number;
  readonly running: boolean;
  /** How many of the last day nobody had asked for. */
  readonly begunByItself?: number;
  /** A person wants no diagnosis by itself until then. */
  readonly quietUntilMs?: number;
}

export type AutoDecision =
  | {
      readonly start: true;
      /** The same for the same quarter of an hour: whoever acts on it first is the only one. */
      readonly key: string;
      readonly window: Window;
      /** For people: why nobody asked for this. */
      readonly because: string;
    }
  | { readonly start: false; readonly reason: 'running' | 'lately' | 'quiet'; readonly because: string };

/**
 * At least so long after the diagnosis before, by how many began by themselves within a day: a worker that is killed
 * every few minutes all night is one trouble, and nobody reads forty verdicts about it.
 */
const APART_MINUTES = [15, 15, 60, 240] as const;
/** Alarms of one quarter of an hour are one, for whoever acts on them. */
const SPELL_MS = 15 * 60_000;
/** What came before is part of the story: a leak, a deploy. */
const BEFORE_MS = 30 * 60_000;
/** After a long silence of a server: no further back than this. */
const FURTHEST_MS = 3 * 3_600_000;

/** Whether an alarm starts a diagnosis by itself, and why not. */
export function decideAutoDiagnosis(alarm: Alarm, unrest: ServiceUnrest, nowMs: number): AutoDecision {
  const { service } = alarm;
  if (unrest.running)
    return { start: false, reason: 'running', because: `A diagnosis of ${service} goes on already.` };
  if (unrest.quietUntilMs !== undefined && nowMs < unrest.quietUntilMs)
    return {
      start: false,
      reason: 'quiet',
      because: `Somebody wants ${service} left alone until ${new Date(unrest.quietUntilMs).toISOString()}.`,
    };
  const apart = APART_MINUTES[Math.min(unrest.begunByItself ?? 0, APART_MINUTES.length - 1)] ?? 15;
  if (unrest.lastBegunAtMs !== undefined && nowMs - unrest.lastBegunAtMs < apart * 60_000)
    return {
      start: false,
      reason: 'lately',
      because: `A diagnosis of ${service} began ${Math.round((nowMs - unrest.lastBegunAtMs) / 60_000)} min ago; by itself Staunch begins the next one after ${apart} min.`,
    };
  return {
    start: true,
    key: `auto:${service}:${Math.floor(nowMs / SPELL_MS)}`,
    window: { fromMs: Math.max(alarm.fromMs - BEFORE_MS, nowMs - FURTHEST_MS), toMs: nowMs },
    because: becauseOf(alarm),
  };
}

function becauseOf(alarm: Alarm): string {
  if (alarm.kind === 'alerts-fire') return alarm.because;
  if (alarm.kind === 'burst-seen')
    return `${alarm.http502} of ${alarm.requests} requests ended with 502 on ${alarm.server} since the sample before.`;
  const processes = alarm.kills === 1 ? 'a process' : `${alarm.kills} processes`;
  return alarm.proof === 'unit'
    ? `The kernel killed ${processes} of ${alarm.unit} on ${alarm.server} for memory: the unit's own counter rose.`
    : `${alarm.unit} on ${alarm.server} was restarted in the minute in which the kernel killed ${processes} of its slice for memory.`;
}

export interface AutoDiagnosisPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** Asked at each alarm. */
  unrestOf(service: string): Promise<ServiceUnrest>;
  /** Begins it; must act once for one key. */
  begin(alarm: Alarm, decision: Extract<AutoDecision, { start: true }>): Promise<void>;
}

/** Starts diagnoses for what the watch sees: each service by itself, its alarms one after the other. */
export class AutoDiagnosis {
  readonly #ports: AutoDiagnosisPorts;
  readonly #turns = new ServiceTurns();
  /** What this process began, for a state that tells of it a moment later. */
  readonly #begunAtMs = new Map<string, number>();

  constructor(ports: AutoDiagnosisPorts) {
    this.#ports = ports;
  }

  /** Resolves when it is decided and, if so, begun. Never throws: the watch goes on. */
  see(alarm: Alarm): Promise<void> {
    return this.#turns.take(alarm.service, () => this.#decide(alarm));
  }

  /** Waits for what is under way. */
  ended(): Promise<void> {
    return this.#turns.ended();
  }

  async #decide(alarm: Alarm): Promise<void> {
    const { clock, log } = this.#ports;
    const about = { service: alarm.service, server: alarm.server, alarm: alarm.kind };
    try {
      const known = await this.#ports.unrestOf(alarm.service);
      const ownMs = this.#begunAtMs.get(alarm.service) ?? Number.NEGATIVE_INFINITY;
      const lastBegunAtMs = Math.max(known.lastBegunAtMs ?? Number.NEGATIVE_INFINITY, ownMs);
      const nowMs = clock.nowMs();
      const decision = decideAutoDiagnosis(
        alarm,
        { ...known, ...(Number.isFinite(lastBegunAtMs) && { lastBegunAtMs }) },
        nowMs,
      );
      if (!decision.start) {
        log.info({ ...about, reason: decision.reason }, 'an alarm of the watch starts no diagnosis');
        return;
      }
      await this.#ports.begin(alarm, decision);
      this.#begunAtMs.set(alarm.service, nowMs);
      log.info(about, 'an alarm of the watch started a diagnosis');
    } catch (error) {
      log.error({ err: error, ...about }, 'an alarm of the watch could not start a diagnosis');
    }
  }
}
