import type { UpstreamFault } from '../signals/signal.ts';
import type { Attribution, AttributionContext } from './attribution.ts';
import type { CauseId } from './cause.ts';
import { matchDeaths } from './death-matching.ts';
import { DIRECT } from './death-reach.ts';
import type { Failure } from './failures.ts';
import type { Outage } from './outages.ts';
import { followsFrom } from './own-causes.ts';
import { StandingCauses } from './standing-causes.ts';
import { isFault, type WorkerDeath } from './worker-deaths.ts';

const OUTAGE_SLACK_MS = 1_000;
const WHILE_DOWN: ReadonlySet<UpstreamFault> = new Set([
  ...DIRECT,
  'socket-missing',
  'refused',
  'connect-failed',
  'no-live-upstreams',
  'timed-out-connecting',
  'queue-full',
  'permission-denied',
]);
const BY_FAULT: Partial<Record<UpstreamFault, CauseId>> = {
  'header-too-big': 'upstream-header-too-big',
  'permission-denied': 'socket-permission',
  'name-not-resolved': 'nginx-config',
  'invalid-response': 'application-error',
  'queue-full': 'backlog-full',
  'timed-out-connecting': 'backlog-full',
};

/**
 * Gives every failure at most one cause, the most direct one first: a worker's death (each explains at most
 * as many requests as it had threads), then the unit being down, then what the error itself says.
 */
export function attribute(failures: readonly Failure[], context: AttributionContext): readonly Attribution[] {
  const found = new Map<Failure, Attribution>();
  const give = (failure: Failure, rest: Omit<Attribution, 'failure'>) =>
    found.set(failure, { failure, ...rest });
  const open = () => failures.filter(f => !found.has(f));

  matchDeaths(open(), context.deaths.filter(isFault), context.threads, (f, death) =>
    give(f, { cause: causeOf(death, f), death }),
  );
  for (const failure of open()) {
    const outage = context.outages.find(o => duringOutage(failure, o));
    if (outage) give(failure, { cause: outage.cause, outage });
  }
  const { ownEvents = [] } = context;
  for (const failure of ownEvents.length === 0 ? [] : open()) {
    const cause = followsFrom(failure, ownEvents);
    if (cause) give(failure, { cause });
  }
  for (const failure of open()) {
    const cause = failure.fault && BY_FAULT[failure.fault];
    if (cause) give(failure, { cause });
  }
  const planned = context.deaths.filter(d => d.cause === 'recycling-works' || d.cause === 'graceful-reload');
  matchDeaths(
    open().filter(f => f.fault !== undefined),
    planned,
    context.threads,
    (f, death) => give(f, { cause: 'recycling-drops-requests', death }),
  );
  const standing = new StandingCauses(context);
  for (const failure of failures) {
    const known = found.get(failure);
    const cause = known ? known.cause : standing.causeOf(failure);
    if (!known && cause) give(failure, { cause });
    standing.note(failure, cause);
  }
  return failures.map(failure => found.get(failure) ?? { failure });
}

/** A body that was cut with no other sign of the worker's end is a cause of its own. */
function causeOf(death: WorkerDeath, failure: Failure): CauseId | undefined {
  if (death.cause === 'killed-unproven')
    return failure.effect === 'cut' ? 'worker-died-mid-response' : undefined;
  if (death.cause === 'recycling-works' || death.cause === 'graceful-reload')
    return 'recycling-drops-requests';
  return death.cause;
}

function duringOutage(failure: Failure, outage: Outage): boolean {
  if (failure.appServer !== undefined && failure.appServer !== outage.server) return false;
  const fits = failure.fault
    ? WHILE_DOWN.has(failure.fault)
    : !failure.fromUpstream && (failure.status === 502 || failure.status === 504);
  if (!fits) return false;
  const slack = OUTAGE_SLACK_MS + failure.toleranceMs;
  const second = Math.floor(failure.atMs / 1000) * 1000;
  return second >= outage.fromMs - slack && second <= (outage.toMs ?? Number.POSITIVE_INFINITY) + slack;
}
