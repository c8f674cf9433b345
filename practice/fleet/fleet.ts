/** One server of the demo fleet: what it answers with. */
export interface RecordedServer {
  /** Folder of a recorded incident (docs/bundles.md). */
  readonly recording: string;
  /** Names of files that the reading user is refused. */
  readonly denied?: readonly string[];
  /** Names of files that are left out, as if they had never been there. */
  readonly missing?: readonly string[];
  /** How long before the fleet was opened its last line was written; three minutes when not said. */
  readonly endedBeforeMs?: number;
  /** To the watch it shows workers that grow (growing-workers.csv) instead of the recording's own. */
  readonly growing?: boolean;
  /** The server does not answer at all, and why. */
  readonly unreachable?: string;
}

/** A fleet that answers with recordings, moved so that they have just happened. */
export interface Fleet {
  /** By the server's id in the registry. */
  readonly servers: ReadonlyMap<string, RecordedServer>;
  /** When it was opened, epoch ms: what the recordings are moved to. */
  readonly openedAtMs: number;
}
