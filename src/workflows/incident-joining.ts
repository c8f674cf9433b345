import { isOpen } from './growth-warnings.ts';
import type { IncidentFollowing } from './incident-following.ts';
import type { Standing } from './incident-ports.ts';
import { rootKey } from './run-parcels.ts';
import type { Incident, NewRun, Run, State } from './state-ports.ts';

/** What became of a question that an incident takes up; no run while an earlier one of it is not done. */
export interface JoinedRun {
  readonly standing: Standing;
  readonly run?: Run;
}

/**
 * Adds a run to the incident that takes up a question, in the transaction that would otherwise open `incident`; undefined
 * where there is none. Below a warning, whose root is no verdict, it stands as a part of it.
 */
export async function joinedRun(
  within: State,
  incidents: IncidentFollowing,
  incident: Incident,
  run: NewRun,
): Promise<JoinedRun | undefined> {
  const there = await incidents.toJoin(within, incident, run.askedAtMs);
  if (there === undefined || !(await isTold(within, there))) return undefined;
  const { askedBy, because } = run;
  const told = {
    by: askedBy,
    origin: incident.openedFrom ?? 'command',
    ...(because !== undefined && { because }),
  };
  const standing = await incidents.joined(within, there, told, run.askedAtMs);
  if (there.origin === 'warning') {
    const part = { ...incident, threadOf: rootKey(there.incident) };
    return { standing, run: await within.incidents.open(part, run) };
  }
  const begun = await within.incidents.again(there.incident.id, run);
  return { standing, ...(begun && { run: begun }) };
}

/** A warning is kept before anybody is told of it: until then it has no thread. */
async function isTold(within: State, { origin, incident }: Standing): Promise<boolean> {
  if (origin !== 'warning') return true;
  const warning = await within.warnings.find(incident.id);
  return warning !== undefined && isOpen(warning) && warning.episode.posted;
}
