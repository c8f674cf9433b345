import { statSync } from 'node:fs';
import type { Registry } from '../inventory/registry.ts';
import type { RegistryStore, StoredRegistry } from '../inventory/registry-store.ts';

export interface CachedRegistry extends Pick<RegistryStore, 'file' | 'read'> {
  /** As it was when it was last read and right. */
  last(): Registry | undefined;
}

/** Two writes so close together may carry the same time: the kernel's clock for files ticks every few ms. */
const SURE_AFTER_MS = 100;

/**
 * The registry, read again only when its file changed: a click must not wait for a thousand servers to be
 * parsed, and a change in the file holds from the next click on.
 */
export function cachedRegistry(store: RegistryStore): CachedRegistry {
  let last: Registry | undefined;
  const readNow = async (): Promise<StoredRegistry> => {
    const stored = await store.read();
    if (stored.ok) last = stored.registry;
    return stored;
  };
  let kept: { readonly stamp: string; readonly reading: Promise<StoredRegistry> } | undefined;
  return {
    file: store.file,
    last: () => last,
    async read() {
      const stamp = stampOf(store.file);
      if (stamp === undefined) return readNow();
      if (kept?.stamp !== stamp) {
        const fresh = { stamp, reading: readNow() };
        kept = fresh;
        fresh.reading.catch(() => {
          if (kept === fresh) kept = undefined;
        });
      }
      return kept.reading;
    },
  };
}

/** Differs after every change; undefined while the file is absent or too fresh to be sure of that. */
function stampOf(file: string): string | undefined {
  try {
    // A few microseconds; a thread that is woken for it would take the core from whoever is to be answered.
    const { ino, ctimeMs, ctimeNs, mtimeNs, size } = statSync(file, { bigint: true });
    // The time of the last change of the entry, unlike that of the content, cannot be set back.
    if (Math.abs(Date.now() - Number(ctimeMs)) < SURE_AFTER_MS) return undefined;
    return `${ino}/${ctimeNs}/${mtimeNs}/${size}`;
  } catch {
    return undefined;
  }
}
