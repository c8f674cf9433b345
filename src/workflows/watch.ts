import type { Service } from '../inventory/registry.ts';
import { BurstWatch } from './burst-rule.ts';
import { GrowthRounds, type JudgeGrowth } from './growth-rounds.ts';
import type { Clock, Log, Pause, Source, Timer } from './ports.ts';
import type { Leases, Samples } from './sample-ports.ts';
import { Turns } from './turns.ts';
import type { WatchEvent, WatchGap } from './watch-events.ts';
import { NOT_VISITED, type VisitOutcome, WatchPost, type WatchPostPorts } from './watch-post.ts';
import { type WatchedServer, watchedServers } from './watched-servers.ts';

export interface WatchPorts {
  readonly source: Source;
  readonly samples: Samples;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly pause: Pause;
  readonly log: Log;
  /** Everything registered; undefined while that cannot be read: then the last answer holds. */
  services(): Promise<readonly Service[] | undefined>;
  /** Told at once, in the order of seeing. */
  tell(event: WatchEvent): void;
  readonly judge: JudgeGrowth;
  /** Names this process among those that share the servers. */
  readonly owner: string;
}

export interface WatchSettings {
  /** Servers that are read at the same time. */
  readonly atOnce?: number;
  /** For one server; must be shorter than a minute. */
  readonly deadlineMs?: number;
  /** How long a server stays ours without `renew`. */
  readonly leaseMs?: number;
}

/** What one tick did; `overlapped`: the tick before still goes on, so nothing was done. */
export interface TickReport {
  readonly visited: number;
  readonly silent: number;
  readonly stored: number;
  readonly overlapped: boolean;
}

const AT_ONCE = 50;
const DEADLINE_MS = 40_000;
const LEASE_MS = 20_000;
/** What is on its way when we stop has this long to end by itself. */
const STOP_MS = 800;
const NOTHING_DONE: TickReport = { visited: 0, silent: 0, stored: 0, overlapped: false };

/**
 * Watches the servers that this process owns: `renew` every few seconds keeps and takes over servers, `tick` once a
 * minute samples them. Neither throws; both may be called at any time.
 */
export class Watch {
  readonly #ports: WatchPorts;
  readonly #postPorts: WatchPostPorts;
  readonly #settings: Required<WatchSettings>;
  readonly #posts = new Map<string, WatchPost>();
  readonly #turns: Turns;
  readonly #visits = new Map<Promise<VisitOutcome>, AbortController>();
  readonly #growth: GrowthRounds;
  #services: readonly Service[] = [];
  #renewing: Promise<void> | undefined;
  #ownedUntilMs = Number.NEGATIVE_INFINITY;
  #ticking = false;
  #stopped = false;

  constructor(ports: WatchPorts, settings: WatchSettings = {}) {
    this.#ports = ports;
    this.#settings = { atOnce: AT_ONCE, deadlineMs: DEADLINE_MS, leaseMs: LEASE_MS, ...settings };
    this.#turns = new Turns(this.#settings.atOnce);
    const bursts = new Map<string, BurstWatch>();
    const burstsOf = (service: string) => {
      const kept = bursts.get(service) ?? new BurstWatch();
      bursts.set(service, kept);
      return kept;
    };
    const { source, samples, clock, timer, log } = ports;
    this.#postPorts = { source, samples, clock, timer, log, burstsOf, tell: event => ports.tell(event) };
    const { judge, pause } = ports;
    this.#growth = new GrowthRounds({
      samples,
      judge,
      pause,
      log,
      told: (growth, units) => ports.tell({ kind: 'growth', service: growth.service, growth, units }),
    });
  }

  /** What cannot be watched, of the servers that this process owns. */
  get gaps(): readonly WatchGap[] {
    return [...this.#posts.values()].flatMap(post => post.gaps);
  }

  /** Servers of ours that are said to be silent, and since when. */
  get silent(): ReadonlyMap<string, number> {
    return new Map(
      [...this.#posts].flatMap(([id, { silentSinceMs }]) =>
        silentSinceMs === undefined ? [] : [[id, silentSinceMs] as const],
      ),
    );
  }

  /** Ids of the servers that are ours. */
  get owned(): readonly string[] {
    return [...this.#posts.keys()];
  }

  /** Renews the leases; servers that came to us are sampled at once, if nobody sampled them in this minute. */
  renew(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /** Samples every server of ours that is due, once a minute. Resolves when all have answered or given up. */
  async tick(): Promise<TickReport> {
    if (this.#stopped) return NOTHING_DONE;
    if (this.#ticking) return { ...NOTHING_DONE, overlapped: true };
    this.#ticking = true;
    try {
      await this.renew();
      // Those that are known to be silent come last, so that nobody waits for them.
      const posts = [...this.#posts.values()].sort((a, b) => isSilent(a) - isSilent(b));
      const outcomes = await Promise.all(posts.map(post => this.#visit(post)));
      this.#growth.after(this.#ports.clock.nowMs(), this.#led());
      return {
        visited: outcomes.filter(outcome => outcome.visited).length,
        silent: outcomes.filter(outcome => outcome.silent).length,
        stored: outcomes.reduce((sum, outcome) => sum + outcome.stored, 0),
        overlapped: false,
      };
    } finally {
      this.#ticking = false;
    }
  }

  /** Ends within a second, gives every server up and begins nothing more. */
  async stop(): Promise<void> {
    const { timer, leases, log, owner } = this.#ports;
    this.#stopped = true;
    this.#turns.close();
    for (const cancel of this.#visits.values()) cancel.abort();
    const timeIsUp = Promise.withResolvers<void>();
    const takeBack = timer.after(STOP_MS, timeIsUp.resolve);
    const ended = Promise.all([...this.#visits.keys(), this.#renewing, this.#growth.stop()]);
    await Promise.race([ended, timeIsUp.promise]);
    takeBack();
    this.#posts.clear();
    await leases
      .release(owner)
      .catch(error => log.warn({ err: error }, 'the leases on servers were not given up'));
  }

  async #renew(): Promise<void> {
    const { leases, clock, log, owner } = this.#ports;
    const { leaseMs } = this.#settings;
    try {
      this.#services = (await this.#ports.services()) ?? this.#services;
      const watched = watchedServers(this.#services);
      const nowMs = clock.nowMs();
      const owned = await leases.claim(owner, [...watched.keys()], nowMs, leaseMs);
      if (this.#stopped) return;
      this.#ownedUntilMs = nowMs + leaseMs;
      const gained = this.#man(watched, owned);
      if (!this.#ticking) for (const post of gained) void this.#visit(post);
    } catch (error) {
      log.error({ err: error }, 'the leases on servers could not be renewed');
    }
  }

  /** Mans a post for every server of ours; one whose entry or owner changed begins anew. */
  #man(watched: ReadonlyMap<string, WatchedServer>, owned: ReadonlyMap<string, number>): WatchPost[] {
    for (const [id, post] of this.#posts) {
      if (owned.get(id) !== post.epoch || watched.get(id)?.key !== post.watched.key) this.#posts.delete(id);
    }
    const gained: WatchPost[] = [];
    for (const [id, epoch] of owned) {
      const server = watched.get(id);
      if (server === undefined || this.#posts.has(id)) continue;
      const post = new WatchPost(server, epoch, this.#postPorts, this.#settings.deadlineMs);
      this.#posts.set(id, post);
      gained.push(post);
    }
    return gained;
  }

  #visit(post: WatchPost): Promise<VisitOutcome> {
    const cancel = new AbortController();
    const visit = this.#visitInTurn(post, cancel);
    this.#visits.set(visit, cancel);
    void visit.then(() => this.#visits.delete(visit));
    return visit;
  }

  async #visitInTurn(post: WatchPost, cancel: AbortController): Promise<VisitOutcome> {
    if (!(await this.#turns.take())) return NOT_VISITED;
    const server = post.watched.server.id;
    try {
      const isOurs =
        this.#posts.get(server) === post && this.#ports.clock.nowMs() < this.#ownedUntilMs && !this.#stopped;
      return isOurs ? await post.visit(cancel) : NOT_VISITED;
    } catch (error) {
      this.#ports.log.error({ err: error, server }, 'a visit of the watch failed');
      return NOT_VISITED;
    } finally {
      this.#turns.giveBack();
    }
  }

  /** Services whose growth is judged here: by the owner of the first of their servers, so by one process. */
  #led(): readonly Service[] {
    return this.#services.filter(({ servers }) => {
      const [first] = servers.map(({ id }) => id).sort();
      return first !== undefined && this.#posts.has(first);
    });
  }
}

const isSilent = (post: WatchPost) => (post.silentSinceMs === undefined ? 0 : 1);
