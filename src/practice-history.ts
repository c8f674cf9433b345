import { openRegistryStore } from './adapters/registry-store.ts';
import { openState } from './adapters/state/open-state.ts';
import type { UnitSample } from './growth/worker-sample.ts';
import type { Server, Service } from './inventory/registry.ts';
import type { Clock, Source } from './workflows/ports.ts';
import { ServerWatch, type ServiceVisit } from './workflows/server-watch.ts';

export interface PlayHistoryOptions {
  openPast(clock: Clock): {
    readonly source: Source;
    readonly openedAtMs: number;
    readonly watchedSinceMs: ReadonlyMap<string, number>;
  };
  readonly configFile: string;
  readonly stateFolder: string;
  readonly schemaFile: string;
}

const MINUTE_MS = 60_000;
/** Nobody else is at the state yet; given back at the end. */
const LEASE_MS = 60_000;

/**
 * Fills the state of practice mode with what the watch would have seen had it run since the last deploy: every minute
 * is asked of the demo fleet, read and stored as in service. Nothing is judged here. A recording that cannot be read
 * is no history; the watch begins then with what it sees itself.
 */
export async function playHistory(options: PlayHistoryOptions): Promise<void> {
  const stored = await openRegistryStore(options.configFile, { schemaFile: options.schemaFile }).read();
  if (!stored.ok) return;
  const time = { atMs: 0 };
  const past = options.openPast({ nowMs: () => time.atMs });
  const state = await openState(options.stateFolder, { clock: { nowMs: Date.now } });
  try {
    for (const [id, sinceMs] of past.watchedSinceMs) {
      const server = stored.registry.servers.get(id);
      if (server === undefined) continue;
      const services = [...stored.registry.services.values()].filter(isOn(server));
      const visits = await visited(server, services, past.source, sinceMs, past.openedAtMs, time);
      const owned = await state.leases.claim('history', [id], Date.now(), LEASE_MS);
      const epoch = owned.get(id) ?? 0;
      // Together: the writes that come at once share one commit.
      await Promise.all(
        visits.flatMap(({ sample, counts, service, atMs }) => [
          ...(sample ? [state.samples.put(sample, epoch)] : []),
          state.samples.count(service, {
            atMs: atMs - (atMs % MINUTE_MS),
            requests: counts?.requests ?? 0,
            http502: counts?.http502 ?? 0,
            http504: counts?.http504 ?? 0,
            oomKills: 0,
            workerEnds: 0,
            restarts: 0,
          }),
        ]),
      );
      await state.leases.release('history');
    }
    await state.samples.fold(past.openedAtMs);
  } finally {
    await past.source.close();
    await state.close();
  }
}

interface PastVisit extends Pick<ServiceVisit, 'counts' | 'service' | 'atMs'> {
  readonly sample?: UnitSample;
}

async function visited(
  server: Server,
  services: readonly Service[],
  source: Source,
  fromMs: number,
  toMs: number,
  time: { atMs: number },
): Promise<readonly PastVisit[]> {
  const watch = new ServerWatch(server, services);
  const { signal } = new AbortController();
  const seen: PastVisit[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs += MINUTE_MS) {
    time.atMs = atMs;
    const visit = await watch.visit(questions => source.ask(server, questions, signal), atMs);
    if (!visit.answered) continue;
    for (const one of visit.visits) {
      one.settle();
      seen.push(one);
    }
  }
  return seen;
}

function isOn(server: Server): (service: Service) => boolean {
  return service => service.servers.some(({ id }) => id === server.id);
}
