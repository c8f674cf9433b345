import type { AccessRequest, UpstreamFailure, UpstreamFault } from '../signals/signal.ts';

/** The body had begun: the client keeps the status it was sent, the access log shows a good answer. */
export const MID_BODY: ReadonlySet<UpstreamFault> = new Set([
  'closed-mid-body',
  'reset-mid-body',
  'timed-out-reading-body',
]);

/**
 * Seconds around that of the access line in which the error lines of its request may stand, the likeliest
 * first: the last try fails in the moment the request ends.
 */
const SECONDS = [0, -1, 1, -2, 2];
/** Lines of one client, URI and second that are compared by peer; more than these are alike. */
const COMPARED = 8;

/** Lines of one second, with the place of the first that may still be open. */
interface Shelf {
  readonly lines: UpstreamFailure[];
  first: number;
}

/** Error-log lines waiting for the access-log line of their request; each claim looks at a few lines only. */
export class ErrorIndex {
  readonly #byRequest = new Map<string, Shelf>();
  readonly #byConnection = new Map<string, UpstreamFailure[]>();
  readonly #claimed = new Set<UpstreamFailure>();
  readonly #all: readonly UpstreamFailure[];

  constructor(errors: readonly UpstreamFailure[]) {
    this.#all = errors;
    for (const error of errors) {
      if (MID_BODY.has(error.fault)) continue;
      const second = secondOf(error.at.epochMs);
      const shelfKey = `${second} ${error.client} ${error.uri}`;
      const shelf = this.#byRequest.get(shelfKey);
      if (shelf) shelf.lines.push(error);
      else this.#byRequest.set(shelfKey, { lines: [error], first: 0 });
      if (error.connection === undefined) continue;
      const connectionKey = `${second} ${error.connection}`;
      const tries = this.#byConnection.get(connectionKey);
      if (tries) tries.push(error);
      else this.#byConnection.set(connectionKey, [error]);
    }
  }

  /** The tries of one request, oldest first: the nearest open line and, with several peers, its siblings. */
  claim(request: AccessRequest): readonly UpstreamFailure[] {
    const second = secondOf(request.at.epochMs);
    for (const away of SECONDS) {
      const shelf = this.#byRequest.get(`${second + away} ${request.client} ${request.uri}`);
      const last = shelf && this.#openOn(shelf, request.upstreamPeers?.at(-1));
      if (last === undefined) continue;
      this.#claimed.add(last);
      const siblings = this.#siblings(last, (request.upstreamPeers?.length ?? 1) - 1);
      return [...siblings, last].sort((a, b) => a.at.epochMs - b.at.epochMs);
    }
    return [];
  }

  /** Lines that no request claimed. */
  unclaimed(): readonly UpstreamFailure[] {
    return this.#all.filter(e => !this.#claimed.has(e));
  }

  /** The first open line, or one close behind it that names the peer which the request ended with. */
  #openOn(shelf: Shelf, peer: string | undefined): UpstreamFailure | undefined {
    while (
      shelf.first < shelf.lines.length &&
      this.#claimed.has(shelf.lines[shelf.first] as UpstreamFailure)
    ) {
      shelf.first++;
    }
    const near = shelf.lines.slice(shelf.first, shelf.first + COMPARED).filter(e => !this.#claimed.has(e));
    return near.find(e => e.peer === peer) ?? near[0];
  }

  /** One request keeps its connection number from try to try. */
  #siblings(last: UpstreamFailure, most: number): UpstreamFailure[] {
    if (most <= 0 || last.connection === undefined) return [];
    const second = secondOf(last.at.epochMs);
    const siblings: UpstreamFailure[] = [];
    for (const away of SECONDS) {
      for (const error of this.#byConnection.get(`${second + away} ${last.connection}`) ?? []) {
        if (siblings.length >= most) return siblings;
        if (this.#claimed.has(error) || error.uri !== last.uri || error.client !== last.client) continue;
        if (error.peer === last.peer) continue;
        this.#claimed.add(error);
        siblings.push(error);
      }
    }
    return siblings;
  }
}

const secondOf = (atMs: number) => Math.floor(atMs / 1000);
