import type { IncidentRecord, RecordedChange, RecordedRun } from '../report/incident-record.ts';
import type { Standings } from './incident-ports.ts';
import type { Proposal, Remediations } from './remediation-ports.ts';
import type { Samples } from './sample-ports.ts';
import type { Incidents, Run } from './state-ports.ts';
import type { Warnings } from './warning-ports.ts';

/** Where a record is read from; a state of another process will do. */
export interface RecordSources {
  readonly incidents: Pick<Incidents, 'runsOf' | 'document' | 'feedback'>;
  readonly standings: Pick<Standings, 'find' | 'parts' | 'entries'>;
  readonly remediations: Pick<Remediations, 'ofService' | 'approvals' | 'steps'>;
  readonly warnings: Pick<Warnings, 'kills'>;
  readonly samples?: Pick<Samples, 'minutes'>;
}

const MOST_CHANGES = 100;
/** Minutes of longer incidents are not counted one by one. */
const LONGEST_MS = 7 * 86_400_000;

/** All that is kept of an incident; undefined when it is not kept any more. */
export async function incidentRecord(
  incidentId: string,
  sources: RecordSources,
): Promise<IncidentRecord | undefined> {
  const { standings, incidents, remediations, warnings } = sources;
  const standing = await standings.find(incidentId);
  if (standing === undefined) return undefined;
  const { incident, number, origin, severity, owner, playbook, resolved } = standing;
  const own = await incidents.runsOf([incidentId]);
  const parts = await incidents.runsOf(await standings.parts(incidentId));
  const runs = await Promise.all(
    [...own, ...parts]
      .toSorted((one, other) => one.askedAtMs - other.askedAtMs)
      .map(run => recordedRun(run, own.length > 0 && !own.includes(run), incidents)),
  );
  const proposals = (await remediations.ofService(incident.service, MOST_CHANGES))
    .filter(proposal => proposal.incidentId === incidentId)
    .toSorted((one, other) => one.createdAtMs - other.createdAtMs);
  const fromMs = Math.min(incident.openedAtMs, ...runs.map(({ window }) => window.fromMs));
  const toMs = resolved?.atMs ?? standing.changedAtMs;
  return {
    number,
    service: incident.service,
    origin,
    openedBy: incident.openedBy,
    openedAtMs: incident.openedAtMs,
    severity,
    ...(owner !== undefined && { owner }),
    ...(playbook !== undefined && { playbook }),
    ...(resolved && { resolved }),
    runs,
    entries: await standings.entries(incidentId),
    changes: await Promise.all(proposals.map(proposal => recordedChange(proposal, remediations))),
    kills: await warnings.kills(incidentId),
    minutes:
      toMs - fromMs > LONGEST_MS
        ? []
        : ((await sources.samples?.minutes(incident.service, { fromMs, toMs })) ?? []),
  };
}

async function recordedRun(
  run: Run,
  isLook: boolean,
  incidents: RecordSources['incidents'],
): Promise<RecordedRun> {
  const { id, askedBy, askedAtMs, because, window, state, endedAtMs, failure } = run;
  const document = state === 'done' ? await incidents.document(id) : undefined;
  return {
    askedBy,
    askedAtMs,
    window,
    state,
    isLook,
    ...(because !== undefined && { because }),
    ...(endedAtMs !== undefined && { endedAtMs }),
    ...(failure !== undefined && { failure }),
    ...(document && { document }),
    feedback: await incidents.feedback(id),
  };
}

async function recordedChange(
  proposal: Proposal,
  remediations: RecordSources['remediations'],
): Promise<RecordedChange> {
  const { id, brief, requester, reason, digest, quorum, state, detail, createdAtMs, endedAtMs } = proposal;
  const { what, where, why, rollback, diffs } = brief;
  const steps = await remediations.steps(id);
  return {
    ...{ what, where, why, rollback, diffs, requester, reason, digest, quorum, state, createdAtMs },
    ...(detail !== undefined && { detail }),
    ...(endedAtMs !== undefined && { endedAtMs }),
    approvals: await remediations.approvals(id),
    ...(proposal.breakGlass && { breakGlass: proposal.breakGlass }),
    steps: steps.toSorted((one, other) => one.position - other.position),
  };
}
