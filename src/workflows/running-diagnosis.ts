import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import type { IncidentFollowing } from './incident-following.ts';
import type { Investigated, Investigator } from './investigator-port.ts';
import type { Clock, Log, Timer } from './ports.ts';
import { failureParcels, type Outcome, progressEdit, verdictParcels } from './run-parcels.ts';
import { RunProgress } from './run-progress.ts';
import type { Parcel, Run, State } from './state-ports.ts';
import type { ServerProgress, Telling } from './surface-ports.ts';
import type { Turns } from './turns.ts';

/** What one diagnosis needs of the outside. */
export interface RunPorts {
  readonly state: State;
  readonly investigator: Investigator;
  readonly telling: Telling;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
  /** What follows from the end of a run for its incident. */
  readonly incidents?: Pick<IncidentFollowing, 'follow'>;
  /** Something was queued. */
  wakeDelivery(): void;
  /** A run ended and that is stored; for metrics. `tookMs` from asking. */
  ended?(end: RunEnd): void;
}

export interface RunEnd {
  readonly state: 'done' | 'failed';
  readonly verdict?: DiagnosisDocument['verdict'];
  readonly tookMs: number;
}

export interface RunLimits {
  /** From its turn to its verdict. */
  readonly deadlineMs: number;
  /** Least time between two progress edits of this run. */
  editEveryMs(): number;
}

type Left = 'left';
/** How often the end of a run is tried to be stored before it is left to the next start. */
const STORING_ATTEMPTS = 6;

/** One run from its turn to its stored end. */
export class RunningDiagnosis {
  readonly #run: Run;
  readonly #ports: RunPorts;
  readonly #limits: RunLimits;
  readonly #progress: RunProgress;
  readonly #leaving = Promise.withResolvers<Left>();
  #left = false;

  constructor(run: Run, ports: RunPorts, limits: RunLimits) {
    this.#run = run;
    this.#ports = ports;
    this.#limits = limits;
    this.#progress = new RunProgress({
      clock: ports.clock,
      timer: ports.timer,
      everyMs: () => limits.editEveryMs(),
      edit: servers => this.#editProgress(servers),
    });
  }

  /** `left`: stopped without an end; the run is still `running` and the next start finds it. */
  async perform(turns: Turns, timeZoneOf: () => Promise<string>): Promise<'ended' | Left> {
    if (!(await turns.take())) return 'left';
    try {
      const read = await this.#read(timeZoneOf).finally(() => turns.giveBack());
      await this.#progress.end();
      return read === 'left' ? read : await this.#store(read.outcome, read.timeZone);
    } catch (error) {
      this.#ports.log.error({ err: error, runId: this.#run.id }, 'A diagnosis was left without an end');
      return 'left';
    }
  }

  /** Cancels what is under way on the servers and ends without a word: a restart is coming. */
  leave(): void {
    this.#left = true;
    this.#leaving.resolve('left');
  }

  async #read(timeZoneOf: () => Promise<string>) {
    const timeZone = await Promise.race([timeZoneOf(), this.#leaving.promise]);
    if (this.#left) return 'left';
    const outcome = await this.#investigated(timeZone);
    return outcome === 'left' ? outcome : { outcome, timeZone };
  }

  async #investigated(timeZone: string): Promise<Investigated | Left> {
    const { investigator, timer, log } = this.#ports;
    const { incident, window } = this.#run;
    const cancel = new AbortController();
    const late = Promise.withResolvers<Investigated>();
    const takeBack = timer.after(this.#limits.deadlineMs, () =>
      late.resolve({ ok: false, problem: this.#lateWords() }),
    );
    const reading = investigator.investigate(
      { service: incident.service, window, timeZone },
      progress => this.#progress.show(progress),
      cancel.signal,
    );
    try {
      return await Promise.race([reading, late.promise, this.#leaving.promise]);
    } catch (error) {
      log.error({ err: error, runId: this.#run.id }, 'An investigation ended in a fault');
      return { ok: false, problem: faultWords(incident.service) };
    } finally {
      takeBack();
      // Whoever is still reading servers for nobody stops.
      cancel.abort();
    }
  }

  #lateWords(): string {
    const { service } = this.#run.incident;
    const seconds = Math.round(this.#limits.deadlineMs / 1000);
    const slow = [...this.#progress.servers.values()].flatMap(p =>
      p.state === 'connecting' || p.state === 'asking' ? [p.server] : [],
    );
    const where = slow.length > 0 ? ` ${slow.join(', ')} had not answered in full.` : '';
    const [first] = slow;
    const test = first === undefined ? '' : `, and test the way there with "staunch server test ${first}"`;
    return `The diagnosis of ${service} was not done after ${seconds} s and was stopped.${where} Ask again with a shorter window, such as "since 15m"${test}.`;
  }

  /** Storing is tried again for a while: a full disk must not cost the person the answer. */
  async #store(outcome: Investigated, timeZone: string): Promise<'ended' | Left> {
    const { log, timer } = this.#ports;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#end(outcome, timeZone);
        return 'ended';
      } catch (error) {
        log.error({ err: error, runId: this.#run.id, attempt }, 'The end of a diagnosis could not be stored');
        if (attempt >= STORING_ATTEMPTS || this.#left) return 'left';
        const waited = Promise.withResolvers<void>();
        const takeBack = timer.after(1_000 * 2 ** (attempt - 1), waited.resolve);
        await Promise.race([waited.promise, this.#leaving.promise]);
        takeBack();
        if (this.#left) return 'left';
      }
    }
  }

  async #end(investigated: Investigated, timeZone: string): Promise<void> {
    const { state, clock } = this.#ports;
    const endedAtMs = clock.nowMs();
    const { run, document, parcels } = this.#told(investigated, endedAtMs, timeZone);
    const follow = await this.#ports.incidents?.follow(run);
    const ended = await state.atomically(async within => {
      const first = document
        ? await within.incidents.finish(run.id, document, endedAtMs)
        : await within.incidents.fail(run.id, run.failure ?? '', endedAtMs);
      // Somebody else ended it: what they said stands.
      if (!first) return false;
      for (const parcel of parcels) await within.outbox.put(parcel, endedAtMs);
      await follow?.(within, endedAtMs);
      return true;
    });
    if (!ended) return;
    this.#ports.wakeDelivery();
    const tookMs = Math.max(0, endedAtMs - run.askedAtMs);
    this.#ports.ended?.(
      document ? { state: 'done', verdict: document.verdict, tookMs } : { state: 'failed', tookMs },
    );
  }

  /** The run as it ends, with all that is said about it. A verdict that cannot be worded becomes a failure. */
  #told(investigated: Investigated, endedAtMs: number, timeZone: string) {
    const { telling, log } = this.#ports;
    const { servers } = this.#progress;
    if (investigated.ok) {
      const run: Run = { ...this.#run, state: 'done', endedAtMs };
      const outcome: Outcome = investigated;
      try {
        const parcels = verdictParcels(run, outcome, servers, telling, timeZone);
        return { run, document: outcome.document, parcels };
      } catch (error) {
        log.error({ err: error, runId: run.id }, 'A verdict could not be put into words');
      }
    }
    const failure = investigated.ok ? faultWords(this.#run.incident.service) : investigated.problem;
    const run: Run = { ...this.#run, state: 'failed', endedAtMs, failure };
    const parcels: readonly Parcel[] = failureParcels(run, servers, telling);
    return { run, document: undefined, parcels };
  }

  async #editProgress(servers: ServerProgress): Promise<void> {
    const { state, clock, telling, log } = this.#ports;
    try {
      await state.outbox.put(progressEdit(this.#run, servers, false, telling), clock.nowMs());
      this.#ports.wakeDelivery();
    } catch (error) {
      // The next edit says more than the one that is lost.
      log.warn({ err: error, runId: this.#run.id }, 'A progress edit could not be queued');
    }
  }
}

function faultWords(service: string): string {
  return `Staunch met a fault of its own while it diagnosed ${service}; the details are in its log. Nothing was changed on the servers. Ask again with a shorter window, or run "staunch diagnose ${service}" in a terminal.`;
}
