import type { Window } from '../collectors/question.ts';
import type { IncidentFollowing } from './incident-following.ts';
import { joinedRun } from './incident-joining.ts';
import type { Origin, Standing } from './incident-ports.ts';
import type { Ids } from './ports.ts';
import { againParcels, begunAgainParcel, failureParcels, openingParcels } from './run-parcels.ts';
import { RunningDiagnosis, type RunPorts } from './running-diagnosis.ts';
import type { Parcel, Run, State } from './state-ports.ts';
import { Turns } from './turns.ts';
import { windowAgain } from './window-again.ts';

export interface DiagnosisRunsPorts extends RunPorts {
  readonly ids: Ids;
  /** Absent: every question opens an incident of its own. */
  readonly incidents?: IncidentFollowing;
  /** The zone of a person; asked after a restart, when the asking itself is long over. */
  timeZoneOf?(person: string): Promise<string>;
}

export interface DiagnosisRunsSettings {
  /** How many investigations go on at the same time; the others wait their turn. */
  readonly atOnce?: number;
  /** A run that is not done by then, counted from its turn, fails with words. */
  readonly deadlineMs?: number;
}

/** Somebody asks for a diagnosis of a service; whether they may was settled before. */
export interface AskedFor {
  /** Names the delivery it came with: the same one acts once. */
  readonly deliveryKey: string;
  readonly service: string;
  readonly workspace: string;
  readonly channel: string;
  /** The thread it was asked in; everything is answered there. */
  readonly threadTs?: string;
  /** Key of the message of ours in whose thread everything is told. */
  readonly threadOf?: string;
  readonly askedBy: string;
  /** Where nobody asked: what was seen, for people. */
  readonly because?: string;
  readonly window: Window;
  readonly timeZone: string;
  /** A command, when not said. */
  readonly origin?: Origin;
  /** The same trouble has one thread: an incident of the service that is there in the channel takes it up. */
  readonly joins?: boolean;
}

export interface AskedAgainFor {
  readonly deliveryKey: string;
  readonly runId: string;
  readonly askedBy: string;
  readonly timeZone: string;
  /** Another window than that of the run. */
  readonly window?: Window;
}

/** `duplicate`: this very delivery was acted on before; nothing more is to be done or said. */
export type Asked =
  | { readonly run: Run; readonly joined?: Standing }
  | { readonly duplicate: true }
  /** An earlier run of the incident is not done yet. */
  | { readonly running: true; readonly joined?: Standing };
/** `gone`: past its retention. */
export type AskedAgain = Asked | { readonly gone: true };

const AT_ONCE = 10;
const DEADLINE_MS = 120_000;
const MOST_ATTEMPTS = 3;
/** Slack takes about 50 edits a minute over a whole workspace (chat.update, tier 3): all runs share them. */
const EDIT_EVERY_MS = 1_200;

interface Active {
  readonly diagnosis: RunningDiagnosis;
  readonly done: Promise<'ended' | 'left'>;
}

/**
 * Diagnoses asked for in chat: opened durably with their first messages, investigated in the background, ended
 * durably with everything that is said. What a crash cuts off is begun again by `resume`.
 */
export class DiagnosisRuns {
  readonly #ports: DiagnosisRunsPorts;
  readonly #deadlineMs: number;
  readonly #turns: Turns;
  readonly #active = new Map<string, Active>();
  /** Runs that are being stored: they run already, and nobody has cut them off. */
  readonly #underWay = new Set<string>();
  #draining = false;

  constructor(ports: DiagnosisRunsPorts, settings: DiagnosisRunsSettings = {}) {
    this.#ports = ports;
    this.#deadlineMs = settings.deadlineMs ?? DEADLINE_MS;
    this.#turns = new Turns(settings.atOnce ?? AT_ONCE);
  }

  /** Opens an incident. Resolves as soon as that is stored; while draining, the next start investigates it. */
  async ask(asked: AskedFor): Promise<Asked> {
    const { clock, ids, telling, incidents } = this.#ports;
    const { deliveryKey, service, workspace, channel, threadTs, threadOf, askedBy, because, window } = asked;
    const askedAtMs = clock.nowMs();
    const incident = {
      id: ids.next(),
      service,
      workspace,
      channel,
      ...(threadTs !== undefined && { threadTs }),
      ...(threadOf !== undefined && { threadOf }),
      ...(asked.origin && { openedFrom: asked.origin }),
      openedBy: askedBy,
      openedAtMs: askedAtMs,
    };
    const newRun = {
      id: ids.next(),
      askedBy,
      askedAtMs,
      window,
      ...(because !== undefined && { because }),
    };
    return this.#opening(newRun.id, asked.timeZone, async (within): Promise<Asked> => {
      if (!(await within.inbox.claim(deliveryKey, askedAtMs))) return { duplicate: true };
      const mayJoin = asked.joins && threadTs === undefined && threadOf === undefined;
      const joined = mayJoin && incidents && (await joinedRun(within, incidents, incident, newRun));
      if (joined) {
        const { run, standing } = joined;
        if (run === undefined) return { running: true, joined: standing };
        const isPart = run.incident.id !== standing.incident.id;
        const told = isPart ? openingParcels(run, telling) : againParcels(run, telling, standing);
        for (const parcel of told) await within.outbox.put(parcel, askedAtMs);
        return { run, joined: standing };
      }
      const run = await within.incidents.open(incident, newRun);
      if (threadOf === undefined) await incidents?.opened(within, incident, because);
      const standing = incidents && (await within.standings.find(incident.id));
      for (const parcel of openingParcels(run, telling, standing)) await within.outbox.put(parcel, askedAtMs);
      return { run };
    });
  }

  /** Diagnoses an incident once more: up to now if the first window meant that, else the same window. */
  async again(asked: AskedAgainFor): Promise<AskedAgain> {
    const { clock, ids, telling, incidents } = this.#ports;
    const askedAtMs = clock.nowMs();
    const id = ids.next();
    return this.#opening(id, asked.timeZone, async (within): Promise<AskedAgain> => {
      if (!(await within.inbox.claim(asked.deliveryKey, askedAtMs))) return { duplicate: true };
      const first = await within.incidents.run(asked.runId);
      if (!first) return { gone: true };
      const window = asked.window ?? windowAgain(first, askedAtMs);
      const newRun = { id, askedBy: asked.askedBy, askedAtMs, window };
      const run = await within.incidents.again(first.incident.id, newRun);
      if (!run) return { running: true };
      const standing = incidents && (await within.standings.find(run.incident.id));
      for (const parcel of againParcels(run, telling, standing)) await within.outbox.put(parcel, askedAtMs);
      return { run };
    });
  }

  /**
   * Begins again what was cut off, and ends with words what was cut off too often: after a start, and now and then
   * where other processes share the state, for those that died.
   */
  async resume(): Promise<void> {
    if (this.#draining) return;
    for (const run of await this.#ports.state.incidents.running()) {
      if (this.#active.has(run.id) || this.#underWay.has(run.id)) continue;
      try {
        if (run.attempts >= MOST_ATTEMPTS) await this.#giveUp(run);
        else await this.#beginAgain(run);
      } catch (error) {
        this.#ports.log.error({ err: error, runId: run.id }, 'A diagnosis could not be begun again');
      }
    }
  }

  /** Begins the runs of these incidents that somebody else has stored. Never throws: what is left, `resume` finds. */
  async begin(incidentIds: readonly string[]): Promise<void> {
    try {
      for (const run of await this.#ports.state.incidents.runsOf(incidentIds))
        if (run.state === 'running' && !this.#active.has(run.id) && !this.#underWay.has(run.id))
          this.#begin(run, () => this.#zoneOf(run.askedBy));
    } catch (error) {
      this.#ports.log.error({ err: error }, 'Diagnoses that were opened could not be begun');
    }
  }

  /** How many investigations go on and how many wait their turn. */
  get counts(): { readonly running: number; readonly waiting: number } {
    const { taken, waiting } = this.#turns.counts;
    return { running: taken, waiting };
  }

  /**
   * Begins nothing more, lets what goes on end within `waitMs`, then cancels it. Answers with how many runs are
   * left for the next start.
   */
  async drain(waitMs: number): Promise<number> {
    this.#draining = true;
    this.#turns.close();
    const active = [...this.#active.values()];
    const all = Promise.all(active.map(a => a.done));
    const timeIsUp = Promise.withResolvers<void>();
    const takeBack = this.#ports.timer.after(waitMs, timeIsUp.resolve);
    await Promise.race([all, timeIsUp.promise]);
    takeBack();
    for (const { diagnosis } of active) diagnosis.leave();
    return (await all).filter(end => end === 'left').length;
  }

  /** Stores a new run and begins it; `resume` does not take it for one that was cut off meanwhile. */
  async #opening<T extends AskedAgain>(
    id: string,
    timeZone: string,
    work: (within: State) => Promise<T>,
  ): Promise<T> {
    this.#underWay.add(id);
    try {
      const answer = await this.#ports.state.atomically(work);
      if ('run' in answer) {
        this.#ports.wakeDelivery();
        this.#begin(answer.run, async () => timeZone);
      }
      return answer;
    } finally {
      this.#underWay.delete(id);
    }
  }

  #begin(run: Run, timeZoneOf: () => Promise<string>): void {
    if (this.#draining) return;
    const diagnosis = new RunningDiagnosis(run, this.#ports, {
      deadlineMs: this.#deadlineMs,
      editEveryMs: () => EDIT_EVERY_MS * Math.max(1, this.#turns.counts.taken),
    });
    const done = diagnosis.perform(this.#turns, timeZoneOf).finally(() => this.#active.delete(run.id));
    this.#active.set(run.id, { diagnosis, done });
  }

  async #beginAgain(cutOff: Run): Promise<void> {
    const { state, clock, telling } = this.#ports;
    const run = await state.atomically(async within => {
      const again = await within.incidents.resume(cutOff.id);
      if (again) await within.outbox.put(begunAgainParcel(again, telling), clock.nowMs());
      return again;
    });
    if (!run) return;
    this.#ports.wakeDelivery();
    this.#begin(run, () => this.#zoneOf(run.askedBy));
  }

  async #giveUp(run: Run): Promise<void> {
    const { state, clock, telling } = this.#ports;
    const endedAtMs = clock.nowMs();
    const failure = `The diagnosis of ${run.incident.service} was begun ${run.attempts} times and cut off each time, because Staunch itself stopped in the middle. Its log says what stopped it. Ask again with a shorter window, such as "since 15m", or run "staunch diagnose ${run.incident.service}" in a terminal.`;
    const failed: Run = { ...run, state: 'failed', endedAtMs, failure };
    const parcels: readonly Parcel[] = failureParcels(failed, new Map(), telling);
    const follow = await this.#ports.incidents?.follow(run);
    const ended = await state.atomically(async within => {
      const first = await within.incidents.fail(run.id, failure, endedAtMs);
      if (!first) return false;
      for (const parcel of parcels) await within.outbox.put(parcel, endedAtMs);
      await follow?.(within, endedAtMs);
      return true;
    });
    if (!ended) return;
    this.#ports.wakeDelivery();
    this.#ports.ended?.({ state: 'failed', tookMs: Math.max(0, endedAtMs - run.askedAtMs) });
  }

  async #zoneOf(person: string): Promise<string> {
    try {
      return (await this.#ports.timeZoneOf?.(person)) ?? 'UTC';
    } catch {
      return 'UTC';
    }
  }
}
