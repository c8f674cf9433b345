import type { Eta, ServiceGrowth } from '../growth/growth-finding.ts';
import type { Service } from '../inventory/registry.ts';
import { isOpen } from './growth-warnings.ts';
import type { ServerNote } from './sample-ports.ts';
import type { State } from './state-ports.ts';
import type { Warning } from './warning-ports.ts';
import { sightOf, type WatchSight } from './watch-sight.ts';

/** A service as the watch sees it now, in short. */
export interface WatchOverview {
  /** `blind`: it is watched, and nothing can be said of it yet, or any more. */
  readonly state: 'calm' | 'warning' | 'critical' | 'blind' | 'not-watched';
  readonly workers: number;
  readonly growing: number;
  /** The earliest arrival at a limit. */
  readonly eta?: Eta;
  readonly limit?: NonNullable<ServiceGrowth['limit']>;
  /** How large that limit is. */
  readonly limitBytes?: number;
  /** When its workers were last judged, epoch ms; absent where that is too long ago to be shown. */
  readonly asOfMs?: number;
  /** Until when young workers cannot be judged, epoch ms. */
  readonly blindUntilMs?: number;
  /** What cannot be watched, in sentences. */
  readonly gaps: readonly string[];
  readonly silent: readonly { readonly server: string; readonly sinceMs: number }[];
  readonly snoozedUntilMs?: number;
}

export interface WatchKnowledge {
  readonly look?: ServiceGrowth;
  readonly warning?: Warning;
  readonly notes: ReadonlyMap<string, ServerNote>;
  readonly nowMs: number;
}

/** Looks come every twenty minutes: three that are missing are no delay any more. */
const STALE_MS = 65 * 60_000;

const NOT_WATCHED: WatchOverview = { state: 'not-watched', workers: 0, growing: 0, gaps: [], silent: [] };

export function watchOverview(service: Service, known: WatchKnowledge): WatchOverview {
  if (!service.warnings.watch) return NOT_WATCHED;
  const { look, warning, nowMs } = known;
  const sight = sightOf(service, known.notes);
  const until = warning && isOpen(warning) ? warning.snooze?.untilMs : undefined;
  const snoozed = until !== undefined && until > nowMs ? { snoozedUntilMs: until } : {};
  if (look === undefined || nowMs - look.atMs > STALE_MS)
    return { state: 'blind', workers: 0, growing: 0, ...sight, ...snoozed };
  const { workers, growing, eta, limit, limitBytes, blindUntilMs } = look;
  return {
    state: stateOf(look, nowMs),
    workers: workers.length,
    growing,
    ...(eta && { eta }),
    ...(limit && { limit }),
    ...(limitBytes !== undefined && { limitBytes }),
    asOfMs: look.atMs,
    ...(blindUntilMs !== undefined && blindUntilMs > nowMs && { blindUntilMs }),
    ...sight,
    ...snoozed,
  };
}

function stateOf({ severity, workers, blindUntilMs }: ServiceGrowth, nowMs: number): WatchOverview['state'] {
  if (severity !== 'calm') return severity;
  if (blindUntilMs !== undefined && blindUntilMs > nowMs) return 'blind';
  // Of nobody, not enough is known to call it calm.
  return workers.every(({ rule }) => rule === 'not-enough-data') ? 'blind' : 'calm';
}

/** What the watch sees of each of these services; asks the state once for all. */
export async function watchOverviews(
  services: readonly Service[],
  state: Pick<State, 'looks' | 'warnings'>,
  sight: Pick<WatchSight, 'notes'>,
  nowMs: number,
): Promise<ReadonlyMap<string, WatchOverview>> {
  const [looks, warnings, notes] = await Promise.all([
    state.looks.all(),
    state.warnings.newest(),
    sight.notes(),
  ]);
  const lookOf = new Map(looks.map(look => [look.service, look]));
  const warningOf = new Map(warnings.map(warning => [warning.service, warning]));
  return new Map(
    services.map(service => {
      const look = lookOf.get(service.id);
      const warning = warningOf.get(service.id);
      const known = { notes, nowMs, ...(look && { look }), ...(warning && { warning }) };
      return [service.id, watchOverview(service, known)];
    }),
  );
}
