import type { Service } from '../inventory/registry.ts';
import type { Clock, Log } from './ports.ts';
import type { ServerNote, ServerNotes } from './sample-ports.ts';
import type { WatchGap } from './watch-events.ts';

/** What a watch can say of its servers after a tick. */
export interface WatchSaying {
  readonly owned: readonly string[];
  readonly silent: ReadonlyMap<string, number>;
  readonly gaps: readonly WatchGap[];
}

export interface WatchSightPorts {
  readonly notes: ServerNotes;
  readonly clock: Clock;
  readonly log: Log;
}

/** Said again after this time, so that what is no longer said of anybody can be told from what has not changed. */
const SAID_AGAIN_MS = 24 * 3_600_000;

/** What the watch cannot see: told to all processes as it changes, asked for by service. */
export class WatchSight {
  readonly #ports: WatchSightPorts;
  /** What this process told last of each server of its own. */
  readonly #told = new Map<string, { readonly words: string; readonly atMs: number }>();

  constructor(ports: WatchSightPorts) {
    this.#ports = ports;
  }

  /** Keeps what has changed since the last time. Never throws: it is tried again after the next tick. */
  async keep({ owned, silent, gaps }: WatchSaying): Promise<void> {
    const { notes, clock, log } = this.#ports;
    const toldAtMs = clock.nowMs();
    const news = owned.flatMap((server): ServerNote[] => {
      const silentSinceMs = silent.get(server);
      const own = gaps.filter(gap => gap.server === server).map(({ service, text }) => ({ service, text }));
      const words = JSON.stringify([silentSinceMs, own]);
      const before = this.#told.get(server);
      if (before?.words === words && toldAtMs - before.atMs < SAID_AGAIN_MS) return [];
      this.#told.set(server, { words, atMs: toldAtMs });
      return [{ server, gaps: own, toldAtMs, ...(silentSinceMs !== undefined && { silentSinceMs }) }];
    });
    for (const server of this.#told.keys()) if (!owned.includes(server)) this.#told.delete(server);
    try {
      await notes.keep(news);
    } catch (error) {
      for (const { server } of news) this.#told.delete(server);
      log.error({ err: error }, 'what the watch cannot see could not be kept');
    }
  }

  async notes(): Promise<ReadonlyMap<string, ServerNote>> {
    return new Map((await this.#ports.notes.all()).map(note => [note.server, note]));
  }

  async of(service: Service): Promise<ServiceSight> {
    return sightOf(service, await this.notes());
  }
}

export interface ServiceSight {
  readonly gaps: readonly string[];
  readonly silent: readonly { readonly server: string; readonly sinceMs: number }[];
}

/** What cannot be seen of one service, on all servers that have a part in it. */
export function sightOf(service: Service, notes: ReadonlyMap<string, ServerNote>): ServiceSight {
  const servers = new Set([...service.servers, ...service.nginx.servers].map(({ id }) => id));
  const about = [...servers].flatMap(id => notes.get(id) ?? []);
  return {
    gaps: about.flatMap(note => note.gaps.filter(gap => gap.service === service.id).map(gap => gap.text)),
    silent: about.flatMap(({ server, silentSinceMs }) =>
      silentSinceMs === undefined ? [] : [{ server, sinceMs: silentSinceMs }],
    ),
  };
}
