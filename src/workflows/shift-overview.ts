import { isOpen } from './growth-warnings.ts';
import type { Standing } from './incident-ports.ts';
import type { Proposal } from './remediation-ports.ts';
import type { State } from './state-ports.ts';
import type { Warning } from './warning-ports.ts';

/** All that is open at one moment: what the next shift has to know. */
export interface ShiftOverview {
  readonly atMs: number;
  /** The oldest first; without those that are nothing but a warning or a change, which stand below. */
  readonly incidents: readonly Standing[];
  readonly warnings: readonly Warning[];
  /** Those of the warnings that somebody wants to hear no more of. */
  readonly snoozed: readonly Warning[];
  /** Changes that wait for approvals, and those that are under way. */
  readonly waiting: readonly Proposal[];
  readonly underWay: readonly Proposal[];
  /** Set while nobody may change anything. */
  readonly stopped?: { readonly by: string; readonly why: string; readonly atMs: number };
}

/** Reads what is open. @param isSeen whether a service may be told of here */
export async function shiftOverview(
  state: Pick<State, 'standings' | 'warnings' | 'remediations'>,
  isSeen: (service: string) => boolean,
  atMs: number,
): Promise<ShiftOverview> {
  const [standings, newest, waiting, underWay, stopped] = await Promise.all([
    state.standings.open(),
    state.warnings.newest(),
    state.remediations.inState(['open']),
    state.remediations.inState(['approved', 'applying', 'unknown']),
    state.remediations.stopped(),
  ]);
  const warnings = newest.filter(warning => isOpen(warning) && isSeen(warning.service));
  const isAsleep = ({ snooze }: Warning) =>
    snooze !== undefined && (snooze.untilMs === undefined || snooze.untilMs > atMs);
  const seen = ({ plan }: Proposal) => isSeen(plan.service);
  return {
    atMs,
    incidents: standings.filter(
      ({ origin, card, incident }) =>
        isSeen(incident.service) && origin !== 'change' && (origin !== 'warning' || card !== undefined),
    ),
    warnings,
    snoozed: warnings.filter(isAsleep),
    waiting: waiting.filter(seen),
    underWay: underWay.filter(seen),
    ...(stopped && { stopped }),
  };
}
