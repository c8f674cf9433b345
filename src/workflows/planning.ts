import { adviseService } from '../advice/service-advice.ts';
import type { HostFile } from '../collectors/case-file.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import type { Service } from '../inventory/registry.ts';
import { problemText } from '../inventory/registry-problem.ts';
import { observedByReading } from '../remediation/observed-case.ts';
import { observedByHelper } from '../remediation/observed-unit.ts';
import { type DiagnosedCasesContext, diagnoseCases, maskingOf } from './diagnosed-cases.ts';
import { investigate } from './investigation.ts';
import type { Planned } from './planned-change.ts';
import { plannedChange } from './planned-making.ts';
import type { HelperSaid, PlanningRequest } from './planning-port.ts';
import type { Clock, Log, Pause, Source } from './ports.ts';
import type { LookedAt } from './wanted-settings.ts';

export interface PlanningContext extends DiagnosedCasesContext {
  readonly source: Source;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly log: Log;
}

/** Long enough to see traffic and deaths, short enough to be read in seconds. */
const WINDOW_MS = 2 * 3_600_000;

/** Reads the servers of a service and plans a change of it. Never throws. */
export async function planService(
  request: PlanningRequest,
  context: PlanningContext,
  cancel: AbortSignal,
): Promise<Planned> {
  try {
    return await planned(request, context, cancel);
  } catch (error) {
    context.log.error({ err: error, service: request.service }, 'a change could not be planned');
    return {
      kind: 'problem',
      problem: `Staunch met a fault of its own while it planned a change of ${request.service}; the details are in its log. Nothing was changed on the servers. Look from a terminal with "staunch plan ${request.service}".`,
    };
  }
}

async function planned(
  request: PlanningRequest,
  context: PlanningContext,
  cancel: AbortSignal,
): Promise<Planned> {
  const stored = await context.registry.read();
  if (!stored.ok)
    return { kind: 'problem', problem: stored.problems.slice(0, 3).map(problemText).join('\n') };
  const service = stored.registry.services.get(request.service);
  if (!service)
    return { kind: 'problem', problem: `There is no service "${request.service}" in staunch.yml.` };
  const { source, clock, pause } = context;
  const nowMs = clock.nowMs();
  const window = { fromMs: nowMs - WINDOW_MS, toMs: nowMs };
  const reading = { source, clock, pause, cancel, progress: () => undefined };
  const { caseFile } = await investigate(service, window, reading);
  if (cancel.aborted)
    return { kind: 'problem', problem: 'Looking at the servers took too long and was stopped. Try again.' };
  await pause();
  const diagnosed = await diagnoseCases([caseFile], context);
  if (!diagnosed.ok) return { kind: 'problem', problem: diagnosed.problem };
  const dropsSeen = dropsOf(diagnosed.cases[0]?.diagnosis);
  const { servers: advised } = adviseService({
    caseFile,
    ...request.watched,
    ...(dropsSeen && { dropsSeen }),
  });
  const looked = service.servers.map(({ id }) =>
    lookedAt(id, service, request.said, caseFile.hosts, host => observedByReading(host, caseFile)),
  );
  return plannedChange({
    service,
    ...(request.remedy && { remedy: request.remedy }),
    chosen: request.settings ?? {},
    servers: looked.flatMap(each => {
      if (!('unit' in each)) return [];
      const advice = advised.find(one => one.server === each.server);
      return [{ ...each, ...(advice && { advice }) }];
    }),
    unseen: looked.flatMap(each => ('detail' in each ? [each] : [])),
    caseFile,
    mask: await maskingOf([caseFile], context),
  });
}

/** By the helper where it answers; else by what may be read without it, which is enough to show a change. */
function lookedAt(
  id: string,
  { id: service, unit }: Service,
  said: readonly HelperSaid[],
  hosts: readonly HostFile[],
  readBy: (host: HostFile) => LookedAt['unit'] | undefined,
): LookedAt | { readonly server: string; readonly detail: string } {
  const helper = said.find(each => each.server === id)?.answer;
  if (helper?.ok) {
    const { hostKey } = helper;
    return { server: id, unit: observedByHelper({ service, server: id, unit, hostKey }, helper) };
  }
  const host = hosts.find(each => each.server === id);
  const read = host && readBy(host);
  if (read) return { server: id, unit: read };
  return { server: id, detail: helper?.detail ?? 'It did not answer, or has no such unit.' };
}

/** Whether planned restarts were seen to lose requests in the window. */
export function dropsOf(diagnosis: Diagnosis | undefined) {
  const finding = diagnosis?.findings.find(f => f.id === 'recycling-drops-requests' && f.probability >= 0.5);
  const [reason] = finding?.reasons ?? [];
  return reason && { text: reason.text, lines: reason.lines };
}
