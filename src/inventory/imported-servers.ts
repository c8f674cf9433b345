import type { ServerEntry } from './registry-file.ts';

/** Servers found in somebody else's file, ready for `staunch.yml`, and what was not taken over. */
export interface ImportedServers {
  readonly servers: Readonly<Record<string, ServerEntry>>;
  /** Group of the other file to the ids of its servers: perhaps a service each, which only a person knows. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** What was left out and why, and what should be looked at. */
  readonly notes: readonly string[];
}

export type ServerImport =
  | ({ readonly ok: true } & ImportedServers)
  | { readonly ok: false; readonly detail: string };
