import { mkdtemp, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cachedRegistry } from '../../src/adapters/cached-registry.ts';
import { openRegistryStore } from '../../src/adapters/registry-store.ts';

const SCHEMA = resolve(import.meta.dirname, '../../staunch.schema.json');
const registry = (host: string) =>
  `servers:\n  web: { host: ${host}, user: staunch }\nservices:\n  shop: { unit: shop.service, servers: [web] }\n`;

const THEN = new Date('2026-01-01T00:00:00Z');

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'staunch-registry-'));
  file = join(folder, 'staunch.yml');
});
afterEach(() => rm(folder, { recursive: true }));

function counted() {
  const store = openRegistryStore(file, { schemaFile: SCHEMA });
  const counts = { reads: 0 };
  const cached = cachedRegistry({
    ...store,
    read() {
      counts.reads++;
      return store.read();
    },
  });
  const host = async () => {
    const stored = await cached.read();
    return stored.ok ? stored.registry.servers.get('web')?.host : stored;
  };
  return { cached, counts, host };
}

/** Right after a change the file is read each time, for the next change could carry the same time. */
async function settled(): Promise<void> {
  while (Date.now() - (await stat(file)).ctimeMs < 150) await setImmediate();
}

describe('the registry that clicks look at', () => {
  it('is parsed once while its file stays as it is, also when many ask at once', async () => {
    await writeFile(file, registry('10.0.0.1'));
    const { counts, host } = counted();
    await settled();
    await host();
    counts.reads = 0;
    expect(await Promise.all([host(), host(), host()])).toEqual(['10.0.0.1', '10.0.0.1', '10.0.0.1']);
    expect(await host()).toBe('10.0.0.1');
    expect(counts.reads).toBe(0);
  });

  it('shows a change of the same length within the same second', async () => {
    await writeFile(file, registry('10.0.0.1'));
    const { host } = counted();
    await settled();
    expect(await host()).toBe('10.0.0.1');
    await writeFile(file, registry('10.0.0.2'));
    expect(await host()).toBe('10.0.0.2');
  });

  it('shows a file put in its place with the same length and the same time', async () => {
    await writeFile(file, registry('10.0.0.1'));
    await utimes(file, THEN, THEN);
    await settled();
    const { host } = counted();
    expect(await host()).toBe('10.0.0.1');
    await writeFile(`${file}.new`, registry('10.0.0.2'));
    await utimes(`${file}.new`, THEN, THEN);
    await rename(`${file}.new`, file);
    await settled();
    expect(await host()).toBe('10.0.0.2');
  });

  it('shows a change whose time was set back to that of before', async () => {
    await writeFile(file, registry('10.0.0.1'));
    await utimes(file, THEN, THEN);
    await settled();
    const { host } = counted();
    expect(await host()).toBe('10.0.0.1');
    await writeFile(file, registry('10.0.0.2'));
    await utimes(file, THEN, THEN);
    await settled();
    expect(await host()).toBe('10.0.0.2');
  });

  it('is absent, broken, mended, removed as its file is', async () => {
    const { host } = counted();
    expect(await host()).toMatchObject({ ok: false, absent: true });
    await writeFile(file, 'servers: [');
    expect(await host()).toMatchObject({ ok: false, absent: false });
    await writeFile(file, registry('10.0.0.1'));
    expect(await host()).toBe('10.0.0.1');
    await rm(file);
    expect(await host()).toMatchObject({ ok: false, absent: true });
  });

  it('is read anew after a reading that failed unexpectedly', async () => {
    await writeFile(file, registry('10.0.0.1'));
    let broken = true;
    const store = openRegistryStore(file, { schemaFile: SCHEMA });
    const cached = cachedRegistry({
      ...store,
      async read() {
        if (broken) throw new Error('EIO');
        return store.read();
      },
    });
    await expect(cached.read()).rejects.toThrow('EIO');
    broken = false;
    expect((await cached.read()).ok).toBe(true);
  });
});
