import type { Collector, NamedQuestion } from '../collectors/collector.ts';
import { gunicornSettings } from '../collectors/gunicorn-settings.ts';
import { HostDraft } from '../collectors/host-draft.ts';
import { unitState } from '../collectors/host-state.ts';
import { logsOfService, nginxConfig } from '../collectors/nginx-config.ts';
import type { Answer, Question } from '../collectors/question.ts';
import type { CountedLog } from '../collectors/watch-question.ts';
import type { Server, Service } from '../inventory/registry.ts';
import { statusPlace } from '../signals/nginx-log-format.ts';
import { recordingOf } from './investigation.ts';
import { upstreamMapOf } from './upstream-map.ts';

/** Where a service's part of a server is found: what changes only when somebody changes the server. */
export interface WatchedPlace {
  readonly service: string;
  readonly unit: string;
  /** Absent where the unit does not run on this server. */
  readonly cgroup?: string;
  /** Logs of NGINX that hold its requests. */
  readonly logs: readonly Omit<CountedLog, 'cursor'>[];
  /** Why its requests cannot be counted. */
  readonly noLogs?: string;
}

export type Ask = (questions: readonly Question[]) => Promise<readonly Answer[]>;

/** More logs of one service than this are not read every minute. */
const MOST_LOGS = 10;

/**
 * Finds the cgroup and the logs of each service on one server, in two round trips. A question that fails leaves
 * systemd's and NGINX's usual places. Undefined when the server does not answer at all.
 */
export async function discoverPlaces(
  server: Server,
  services: readonly Service[],
  ask: Ask,
): Promise<readonly WatchedPlace[] | undefined> {
  const drafts = services.map(service => draftOf(server, service));
  const first = await askAll(drafts, [unitState, nginxConfig], ask);
  if (!first) return undefined;
  // Where several services stand behind one NGINX, the addresses they listen on tell whose log is whose.
  await askAll(
    drafts.filter(draft => draft.runsNginx),
    [gunicornSettings],
    ask,
  );
  return services.map((service, at) => placeOf(service, drafts[at] as HostDraft));
}

function draftOf(server: Server, service: Service): HostDraft {
  return new HostDraft({
    server: server.id,
    unitName: service.unit,
    runsApp: service.servers.some(s => s.id === server.id),
    runsNginx: service.nginx.servers.some(s => s.id === server.id),
    recorded: false,
    window: { fromMs: 0, toMs: 0 },
  });
}

/** Asks for all drafts at once, each question once; false when nothing was answered. */
async function askAll(
  drafts: readonly HostDraft[],
  collectors: readonly Collector[],
  ask: Ask,
): Promise<boolean> {
  const wanted = new Map<string, NamedQuestion>();
  const keyOf = ({ verb, args }: Question) => JSON.stringify([verb, ...args]);
  const perDraft = drafts.map(draft =>
    collectors.flatMap(collector =>
      collector
        .questions({
          unit: draft.unitName,
          runsApp: draft.runsApp,
          runsNginx: draft.runsNginx,
          window: draft.window,
          known: draft,
        })
        .map(question => {
          wanted.set(keyOf(question), question);
          return { collector, question };
        }),
    ),
  );
  if (wanted.size === 0) return true;
  const answers = await ask([...wanted.values()]);
  const byKey = new Map([...wanted.keys()].map((key, at) => [key, answers[at]]));
  for (const [at, draft] of drafts.entries()) {
    for (const { collector, question } of perDraft[at] ?? []) {
      const recording = recordingOf(question, byKey.get(keyOf(question)));
      const reading = collector.read([recording], draft);
      while (!reading.next().done);
    }
  }
  return answers.some(answer => answer.ok);
}

function placeOf(service: Service, draft: HostDraft): WatchedPlace {
  const about = { service: service.id, unit: service.unit };
  const cgroup = draft.runsApp && {
    cgroup: draft.unit?.controlGroup || `/system.slice/${service.unit}`,
  };
  if (!draft.runsNginx) return { ...about, ...cgroup, logs: [] };
  const { peers } = upstreamMapOf(service, [draft]);
  const paths = service.nginx.accessLogs ?? logsOfService(draft, peers).access;
  const logs = paths.slice(0, MOST_LOGS).map(path => {
    const style = draft.nginx?.accessLogs.find(log => log.target === path)?.style;
    const format = style === undefined ? undefined : draft.nginx?.formats.get(style);
    return { path, place: format ? statusPlace(format.template, format.escape) : 'after-request' };
  });
  const noLogs =
    paths.length === 0
      ? `NGINX on ${draft.server} writes no access log to a file for ${service.id}: its requests cannot be counted. Fix: set access_log to a file where NGINX passes to the service.`
      : undefined;
  return { ...about, ...cgroup, logs, ...(noLogs !== undefined && { noLogs }) };
}
