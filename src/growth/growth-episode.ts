import type { ServiceGrowth, Severity, WorkerGrowth } from './growth-finding.ts';
import { type Hush, hushedBy, severityRank } from './growth-hush.ts';

const MINUTE_MS = 60_000;
/** At most one ping a day, unless it gets worse. */
const BUDGET_MS = 24 * 60 * MINUTE_MS;
/** What comes back so soon was never gone. */
const FLAPPING_MS = 30 * MINUTE_MS;
/** Six buckets: growth that pauses for an hour is not over. */
const SETTLING_MS = 120 * MINUTE_MS;
/** A successor shows its growth only when it is as old as that. */
const WATCHING_MS = 240 * MINUTE_MS;
/** A message is brought up to date this often while nothing but figures change. */
const REFRESH_MS = 60 * MINUTE_MS;

/** The warning of one service over time: plain JSON, to be kept between two looks. */
export interface GrowthEpisode {
  readonly openedAtMs: number;
  /** How bad the message says it is, or was before a resolve; `calm` while successors are watched after a restart. */
  readonly severity: Severity;
  /** A message stands in the channel. */
  readonly posted: boolean;
  /** A severity that nobody was pinged for yet: quiet hours, a snooze or the budget stood against it. */
  readonly owed?: Severity;
  /** The last ping, also of an episode before this one. */
  readonly pinged?: { readonly atMs: number; readonly severity: Severity };
  /** Workers that were warned of, as `server:pid:startTicks`. */
  readonly lives: readonly string[];
  /** How many grew when the message was last changed. */
  readonly growing: number;
  readonly toldAtMs?: number;
  readonly settledSinceMs?: number;
  /** All workers that were warned of had ended. */
  readonly restartedAtMs?: number;
  readonly resolvedAtMs?: number;
}

/**
 * What to do about the message. `warn` posts it and pings, `raise` pings again because it got worse (or came back
 * after a resolve); the others only change what it says.
 */
export interface GrowthTelling {
  readonly kind: 'warn' | 'raise' | 'edit' | 'resolve' | 'reset-by-restart';
  /** For Staunch's own log: why now. */
  readonly because: string;
}

/** What to keep (nothing to remember without an episode), and what to tell. */
export interface EpisodeStep {
  readonly episode?: GrowthEpisode;
  readonly tell?: GrowthTelling;
}

/** Goes on from the state before with what a look at the service showed. */
export function nextEpisode(
  previous: GrowthEpisode | undefined,
  growth: ServiceGrowth,
  hush: Hush = {},
): EpisodeStep {
  if (growth.severity !== 'calm') return worsened(openEpisode(previous, growth), growth, hush);
  if (previous === undefined) return {};
  return previous.resolvedAtMs === undefined ? rested(previous, growth) : remembered(previous, growth.atMs);
}

/**
 * The episode that bad news belongs to: the open one; one that was resolved just now, or pinged for within the last
 * day (its message is used again, silently); or a new one.
 */
function openEpisode(previous: GrowthEpisode | undefined, { severity, atMs }: ServiceGrowth): GrowthEpisode {
  if (previous === undefined) return newEpisode(severity, atMs);
  const { resolvedAtMs, settledSinceMs: _settled, restartedAtMs: _restarted, ...open } = previous;
  if (resolvedAtMs === undefined) return previous;
  if (atMs - resolvedAtMs <= FLAPPING_MS) return open;
  const { pinged } = previous;
  return pinged !== undefined && atMs - pinged.atMs < BUDGET_MS
    ? { ...open, severity: 'calm', owed: severity }
    : newEpisode(severity, atMs);
}

function newEpisode(severity: Severity, atMs: number): GrowthEpisode {
  return { openedAtMs: atMs, severity: 'calm', posted: false, owed: severity, lives: [], growing: 0 };
}

function worsened(episode: GrowthEpisode, growth: ServiceGrowth, hush: Hush): EpisodeStep {
  const { severity, atMs, growing } = growth;
  const { settledSinceMs: _settled, restartedAtMs: _restarted, owed: owedBefore, ...kept } = episode;
  const owed = owedNow(episode, severity, owedBefore);
  const keys = growth.workers.map(lifeName);
  const warned = growth.workers.filter(worker => worker.severity !== 'calm').map(lifeName);
  const lives = [...new Set([...episode.lives.filter(life => keys.includes(life)), ...warned])].sort();
  const next: GrowthEpisode = { ...kept, severity, lives, growing: episode.growing, ...(owed && { owed }) };
  const hindrance =
    hushedBy(growth, hush) ?? (isWithinBudget(episode, severity, atMs) ? 'budget' : undefined);
  if (owed !== undefined && hindrance === undefined) {
    const { owed: _owed, ...told } = next;
    return {
      episode: { ...told, posted: true, growing, toldAtMs: atMs, pinged: { atMs, severity } },
      tell: episode.posted
        ? { kind: 'raise', because: `it rose from ${episode.severity} to ${severity}` }
        : { kind: 'warn', because: `${growing} of ${growth.workers.length} workers grow: ${severity}` },
    };
  }
  if (!episode.posted) return { episode: next };
  const news =
    severity !== episode.severity || growing !== episode.growing || lives.join() !== episode.lives.join();
  const because =
    owed !== undefined && hindrance !== undefined ? `changed, without a ping (${hindrance})` : 'changed';
  return edited(next, growth, news ? because : undefined);
}

/** A rise is owed until somebody was pinged; when it got better before that, only a first ping is still owed. */
function owedNow(
  { severity: before, posted }: GrowthEpisode,
  severity: Severity,
  owed: Severity | undefined,
): Severity | undefined {
  if (severityRank(severity) > severityRank(before)) return severity;
  if (owed === undefined || severityRank(severity) >= severityRank(owed)) return owed;
  return posted ? undefined : severity;
}

function isWithinBudget({ pinged }: GrowthEpisode, severity: Severity, atMs: number): boolean {
  return (
    pinged !== undefined &&
    atMs - pinged.atMs < BUDGET_MS &&
    severityRank(severity) <= severityRank(pinged.severity)
  );
}

function rested(episode: GrowthEpisode, growth: ServiceGrowth): EpisodeStep {
  const { atMs, workers } = growth;
  // Nobody was seen: that is no news of anybody.
  if (workers.length === 0) return { episode };
  const { settledSinceMs, ...kept } = episode;
  const living = workers.filter(worker => episode.lives.includes(lifeName(worker)));
  if (episode.restartedAtMs === undefined && living.length === 0) return restarted(kept, growth);
  const watched = episode.restartedAtMs === undefined ? living : workers;
  const sinceMs = watched.every(({ settled }) => settled === true) ? (settledSinceMs ?? atMs) : undefined;
  const next: GrowthEpisode = { ...kept, ...(sinceMs !== undefined && { settledSinceMs: sinceMs }) };
  const quietFor = sinceMs === undefined ? -1 : atMs - sinceMs;
  const watchedFor = atMs - (episode.restartedAtMs ?? Number.NEGATIVE_INFINITY);
  if (quietFor >= SETTLING_MS && watchedFor >= WATCHING_MS) return resolved(next, growth);
  return episode.posted ? edited(next, growth, undefined) : { episode: next };
}

/** Memory is back to fresh, but what leaked still leaks: a restart resolves nothing. */
function restarted(episode: GrowthEpisode, { atMs, growing }: ServiceGrowth): EpisodeStep {
  const { owed: _owed, ...kept } = episode;
  const next: GrowthEpisode = { ...kept, severity: 'calm', lives: [], growing, restartedAtMs: atMs };
  if (!episode.posted) return { episode: next };
  return {
    episode: { ...next, toldAtMs: atMs },
    tell: {
      kind: 'reset-by-restart',
      because: 'every worker that was warned of has ended; successors are watched',
    },
  };
}

function resolved(episode: GrowthEpisode, { atMs, growing }: ServiceGrowth): EpisodeStep {
  if (!episode.posted) return {};
  const { owed: _owed, settledSinceMs: _settled, restartedAtMs, ...kept } = episode;
  return {
    episode: { ...kept, lives: [], growing, toldAtMs: atMs, resolvedAtMs: atMs },
    tell: {
      kind: 'resolve',
      because:
        restartedAtMs === undefined
          ? 'nothing would reach its limit within 12 hours, for 2 hours now'
          : 'the successors are four hours old and do not grow',
    },
  };
}

/** A resolved episode is kept while it still counts: for flapping, and for the budget of pings. */
function remembered(episode: GrowthEpisode, atMs: number): EpisodeStep {
  const counts = Math.max(episode.resolvedAtMs ?? 0, episode.pinged?.atMs ?? 0);
  return atMs - counts < BUDGET_MS ? { episode } : {};
}

function edited(
  episode: GrowthEpisode,
  { atMs, growing }: ServiceGrowth,
  news: string | undefined,
): EpisodeStep {
  const because =
    news ?? (atMs - (episode.toldAtMs ?? 0) >= REFRESH_MS ? 'figures of an hour ago' : undefined);
  if (because === undefined) return { episode };
  return { episode: { ...episode, growing, toldAtMs: atMs }, tell: { kind: 'edit', because } };
}

function lifeName({ server, pid, startTicks }: WorkerGrowth): string {
  return `${server}:${pid}:${startTicks}`;
}
