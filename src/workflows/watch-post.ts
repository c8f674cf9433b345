import type { Answer } from '../collectors/question.ts';
import type { Server, Service } from '../inventory/registry.ts';
import type { BurstWatch } from './burst-rule.ts';
import type { Clock, Log, Source, Timer } from './ports.ts';
import type { Samples } from './sample-ports.ts';
import { ServerPatience } from './server-patience.ts';
import { type ServerVisit, ServerWatch, type ServiceVisit } from './server-watch.ts';
import type { WatchEvent, WatchGap } from './watch-events.ts';
import type { WatchedServer } from './watched-servers.ts';

export interface WatchPostPorts {
  readonly source: Source;
  readonly samples: Samples;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
  tell(event: WatchEvent): void;
  /** Of a service, over all its servers. */
  burstsOf(service: string): BurstWatch;
}

/** What a visit came to. */
export interface VisitOutcome {
  readonly visited: boolean;
  readonly silent: boolean;
  /** Samples that were stored. */
  readonly stored: number;
}

export const NOT_VISITED: VisitOutcome = { visited: false, silent: false, stored: 0 };
const MINUTE_MS = 60_000;

/** Our post at one server, for as long as it is ours: visits it, stores what it tells, says what happened. */
export class WatchPost {
  readonly watched: WatchedServer;
  readonly epoch: number;
  readonly #ports: WatchPostPorts;
  readonly #deadlineMs: number;
  readonly #watch: ServerWatch;
  readonly #patience = new ServerPatience();
  #minuteMs = Number.NEGATIVE_INFINITY;
  #recalled = false;
  #gaps: readonly WatchGap[] = [];

  constructor(watched: WatchedServer, epoch: number, ports: WatchPostPorts, deadlineMs: number) {
    this.watched = watched;
    this.epoch = epoch;
    this.#ports = ports;
    this.#deadlineMs = deadlineMs;
    this.#watch = new ServerWatch(watched.server, watched.services);
  }

  get gaps(): readonly WatchGap[] {
    return this.#gaps;
  }

  /** Since when the server is silent, once that was said. */
  get silentSinceMs(): number | undefined {
    return this.#patience.silentSinceMs;
  }

  /** Visits the server unless it was visited in this minute or is given time. */
  async visit(cancel: AbortController): Promise<VisitOutcome> {
    const nowMs = this.#ports.clock.nowMs();
    const minuteMs = nowMs - (nowMs % MINUTE_MS);
    if (this.#minuteMs >= minuteMs || !this.#patience.isDue(minuteMs)) return NOT_VISITED;
    this.#minuteMs = minuteMs;
    await this.#recall(nowMs);
    let late = false;
    const takeBack = this.#ports.timer.after(this.#deadlineMs, () => {
      late = true;
      cancel.abort();
    });
    let visit: ServerVisit;
    try {
      visit = await this.#watch.visit(
        questions => this.#ports.source.ask(this.#server, questions, cancel.signal),
        nowMs,
      );
    } finally {
      takeBack();
    }
    // Stopped from outside: then the server is not to blame.
    if (cancel.signal.aborted && !late) return NOT_VISITED;
    if (!visit.answered) {
      this.#failed(minuteMs, visit.failure, late);
      return { visited: true, silent: true, stored: 0 };
    }
    this.#answered(visit.gaps);
    let stored = 0;
    for (const one of visit.visits) if (await this.#keep(one)) stored++;
    return { visited: true, silent: false, stored };
  }

  get #server(): Server {
    return this.watched.server;
  }

  /** What the process that watched this server before has stored: kills of the time between are seen, its last ones again. */
  async #recall(nowMs: number): Promise<void> {
    if (this.#recalled) return;
    const isHere = ({ servers }: Service) => servers.some(({ id }) => id === this.#server.id);
    for (const { unit } of this.watched.services.filter(isHere)) {
      const [last, before] = await this.#ports.samples.last(this.#server.id, unit, 2);
      if (last === undefined) continue;
      const { oomKills, proof } = this.#watch.recall(unit, last, before, nowMs);
      if (oomKills === 0 || before === undefined) continue;
      const about = { server: this.#server.id, service: last.service, unit };
      const span = { fromMs: before.atMs, toMs: last.atMs };
      this.#tell({ kind: 'kill-seen', ...about, kills: oomKills, ...span, proof, again: true });
    }
    this.#recalled = true;
  }

  #failed(minuteMs: number, failure: Extract<Answer, { ok: false }>, late: boolean): void {
    const sinceMs = this.#patience.failed(minuteMs, late ? 'timed-out' : failure.reason);
    if (sinceMs === undefined) return;
    const server = this.#server.id;
    const detail = late
      ? `${server} did not answer within ${this.#deadlineMs / 1000} s. Try: staunch server test ${server}`
      : failure.detail;
    this.#tell({ kind: 'server-silent', server, services: this.#watch.services, sinceMs, detail });
  }

  #answered(gaps: readonly WatchGap[]): void {
    const { clock, log } = this.#ports;
    const sinceMs = this.#patience.answered();
    if (sinceMs !== undefined) {
      const about = { server: this.#server.id, services: this.#watch.services };
      this.#tell({ kind: 'server-back', ...about, sinceMs, atMs: clock.nowMs() });
    }
    const known = new Set(this.#gaps.map(gap => gap.text));
    for (const gap of gaps)
      if (!known.has(gap.text)) log.warn({ ...gap }, 'part of a service cannot be watched');
    this.#gaps = gaps;
  }

  /** Only what was stored is counted and told: whoever else sampled that minute has told it. */
  async #keep(visit: ServiceVisit): Promise<boolean> {
    const { samples, log } = this.#ports;
    const { sample, service, counts, change, atMs } = visit;
    try {
      if (sample && !(await samples.put(sample, this.epoch))) return false;
    } catch (error) {
      log.error({ err: error, server: this.#server.id, service }, 'a sample could not be stored');
      return false;
    }
    visit.settle();
    this.#tellOf(visit);
    try {
      await samples.count(service, {
        atMs: atMs - (atMs % MINUTE_MS),
        requests: counts?.requests ?? 0,
        http502: counts?.http502 ?? 0,
        http504: counts?.http504 ?? 0,
        oomKills: change.oomKills,
        workerEnds: change.workerEnds,
        restarts: change.restarts,
      });
    } catch (error) {
      log.error({ err: error, server: this.#server.id, service }, 'a minute could not be counted');
    }
    return sample !== undefined;
  }

  #tellOf({ service, unit, counts, change, fromMs, atMs }: ServiceVisit): void {
    const about = { server: this.#server.id, service, fromMs, toMs: atMs };
    if (change.oomKills > 0)
      this.#tell({ kind: 'kill-seen', ...about, unit, kills: change.oomKills, proof: change.proof });
    if (counts === undefined) return;
    const { http502, requests } = counts;
    const rule = this.#ports.burstsOf(service).see(about.server, counts, atMs);
    if (rule !== undefined) this.#tell({ kind: 'burst-seen', ...about, http502, requests, rule });
  }

  #tell(event: WatchEvent): void {
    try {
      this.#ports.tell(event);
    } catch (error) {
      this.#ports.log.error({ err: error, event: event.kind }, 'what the watch saw could not be told');
    }
  }
}
