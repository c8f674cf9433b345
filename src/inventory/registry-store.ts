import type { Registry } from './registry.ts';
import type { RegistryAddition } from './registry-edit.ts';
import type { Problem } from './registry-problem.ts';

/** Port: where `staunch.yml` is kept. Implemented over a file by `adapters/registry-store.ts`. */
export interface RegistryStore {
  /** The file as people know it, for messages. */
  readonly file: string;
  read(): Promise<StoredRegistry>;
  /** The registry as it would be after `add`: the way to a server that is not written yet. */
  preview(addition: RegistryAddition): Promise<StoredRegistry>;
  /** Adds to the file (and creates it when absent), keeping comments. Nothing is written unless all is valid. */
  add(addition: RegistryAddition): Promise<{ readonly ok: true } | RegistryUnread>;
}

/** `absent`: there is no file yet, which a first `staunch server add` changes. */
export type StoredRegistry =
  | { readonly ok: true; readonly registry: Registry }
  | (RegistryUnread & { readonly absent: boolean });

/** Why the file could not be read or written. */
export interface RegistryUnread {
  readonly ok: false;
  readonly problems: readonly Problem[];
}
