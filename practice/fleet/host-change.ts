import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One file that an applied plan left on a demo server. */
export interface ChangedFile {
  readonly base64: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A plan as the demo server remembers it. */
export interface PlanRecord {
  readonly digest: string;
  readonly unit: string;
  readonly state: 'activated' | 'confirmed' | 'rolled-back' | 'failed' | 'stale';
  readonly detail: string;
  readonly atMs: number;
  /** When it is taken back by itself unless it was confirmed. */
  readonly rollbackAtMs?: number;
  /** What stood there before: `null` where nothing did. */
  readonly before: Readonly<Record<string, ChangedFile | null>>;
  readonly kind: string;
}

/** What is different on a demo server from its recording. */
export interface HostChange {
  readonly files: Readonly<Record<string, ChangedFile>>;
  readonly plans: Readonly<Record<string, PlanRecord>>;
  /** When its workers were last all made anew, epoch ms. */
  readonly renewedAtMs?: number;
  /** How often its main process was started anew. */
  readonly restarts: number;
}

export const UNCHANGED: HostChange = { files: {}, plans: {}, restarts: 0 };

/**
 * Changes of the demo servers, a file each: what an operator in one thread changes is seen by the sources in others, and
 * is there again after a restart.
 */
export class ChangedHosts {
  readonly #folder: string | undefined;

  /** @param folder where they are kept; without one nothing changes */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  of(server: string): HostChange {
    if (this.#folder === undefined) return UNCHANGED;
    try {
      return JSON.parse(readFileSync(this.#fileOf(server, this.#folder), 'utf8')) as HostChange;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return UNCHANGED;
      throw error;
    }
  }

  /** Whole or not at all: another thread may read at any moment. */
  keep(server: string, change: HostChange): void {
    if (this.#folder === undefined)
      throw new Error('the demo servers cannot be changed: no folder was named');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const file = this.#fileOf(server, this.#folder);
    writeFileSync(`${file}.new`, JSON.stringify(change), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  #fileOf(server: string, folder: string): string {
    return join(folder, `${server.replaceAll(/[^a-z0-9-]/gi, '_')}.json`);
  }
}
