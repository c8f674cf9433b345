import { stat } from 'node:fs/promises';
import type { RegistryStore, StoredRegistry } from '../inventory/registry-store.ts';

/**
 * The registry, read again only when its file changed: a click must not wait for a thousand servers to be
 * parsed, and a change in the file holds from the next click on.
 */
export function cachedRegistry(store: RegistryStore): Pick<RegistryStore, 'file' | 'read'> {
  let kept: { readonly stamp: string; readonly reading: Promise<StoredRegistry> } | undefined;
  return {
    file: store.file,
    async read() {
      const stamp = await stat(store.file, { bigint: true }).then(
        found => `${found.ino}/${found.mtimeNs}/${found.size}`,
        () => undefined,
      );
      if (stamp === undefined) return store.read();
      if (kept?.stamp !== stamp) kept = { stamp, reading: store.read() };
      return kept.reading;
    },
  };
}
