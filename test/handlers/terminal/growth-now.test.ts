import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { growthCommand } from '../../../handlers/terminal/growth.ts';
import { FLEET_CONFIG, openPast } from '../../../practice/fleet/open-fleet.ts';
import { openRegistryStore } from '../../../src/adapters/registry-store.ts';
import { openWatchedState } from '../../../src/adapters/watched-state.ts';
import { playHistory } from '../../../src/practice-history.ts';
import { GrowthDocument } from '../../../src/report/growth-document.ts';
import { watchedGrowth } from '../../../src/workflows/watched-growth.ts';

const schemaFile = resolve(import.meta.dirname, '../../../staunch.schema.json');
const stateFolder = mkdtempSync(join(tmpdir(), 'staunch-growth-'));
const registry = openRegistryStore(FLEET_CONFIG, { schemaFile });

beforeAll(() => playHistory({ openPast, configFile: FLEET_CONFIG, stateFolder, schemaFile }));
afterAll(() => rmSync(stateFolder, { recursive: true }));

async function run(options: Parameters<typeof growthCommand>[0], folder = stateFolder) {
  const told = { out: '', error: '' };
  const code = await growthCommand(options, {
    write(text) {
      told.out += text;
    },
    writeError(text) {
      told.error += text;
    },
    readText: async () => ({ ok: false, detail: 'no such file' }),
    registry,
    clock: { nowMs: Date.now },
    colour: false,
    columns: 100,
    timeZone: 'UTC',
    openWatched: () => openWatchedState({ STAUNCH_STATE_DIR: folder }),
  });
  return { code, ...told };
}

describe('staunch growth', () => {
  it('says of a service who grows, which limit comes first and about when', async () => {
    const { code, out, error } = await run({ target: 'reports' });
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toMatch(/^(WARNING|CRITICAL): \d of 4 workers of reports grow/);
    expect(out).toMatch(/Limit +the first reaches MemoryMax 224 MB about/);
    expect(out.match(/reports-1: Worker \d+/g)).toHaveLength(4);
    expect(out).toContain('Sampled    last at');
    expect(out.split('\n').every(line => line.length <= 100)).toBe(true);
  });

  it('prints the same as JSON', async () => {
    const { code, out } = await run({ target: 'reports', json: true });
    expect(code).toBe(0);
    const document = GrowthDocument.parse(JSON.parse(out));
    expect(document).toMatchObject({ service: 'reports', unit: 'gunicorn.service' });
    expect(document.workers).toHaveLength(4);
    expect(document.limit).toEqual({ kind: 'memory-max', bytes: 224 * 1_048_576 });
    expect(document.lastSample).not.toBeNull();
  });

  it('of a group is a list', async () => {
    const documents = JSON.parse((await run({ target: 'shop', json: true })).out) as GrowthDocument[];
    expect(documents.map(({ service }) => service)).toEqual(['checkout', 'search', 'catalog']);
    expect(documents[0]).toMatchObject({ workers: [], lastSample: null, severity: 'calm' });
  });

  it('of a service that was never sampled says so, and what samples it', async () => {
    const { out } = await run({ target: 'billing' });
    expect(out).toContain('no worker of billing was seen');
    expect(out).toContain('never yet: the watch of a running Staunch');
  });

  it('without a state says what keeps one', async () => {
    const { code, error } = await run({ target: 'reports' }, '/nonexistent/staunch');
    expect(code).toBe(1);
    expect(error).toContain('STAUNCH_STATE_DIR');
  });

  it.each([
    [{ limitMb: '200' }, '--limit-mb belongs to --replay'],
    [{ replay: 'x.csv' }, '--replay needs the limit'],
    [{ replay: 'x.csv', limitMb: '2', target: 'reports' }, 'leave "reports" out'],
    [{ target: 'report' }, 'Did you mean reports'],
  ])('refuses %j', async (options, words) => {
    const { code, error } = await run(options);
    expect(code).toBe(2);
    expect(error).toContain(words);
  });
});

describe('what is advised from', () => {
  it('is what was kept of the present release: lives, traffic and growth', async () => {
    const stored = await registry.read();
    const opening = await openWatchedState({ STAUNCH_STATE_DIR: stateFolder });
    if (!stored.ok || !opening.ok) throw new Error('not readable');
    try {
      const of = (id: string) =>
        watchedGrowth(stored.registry.services.get(id)!, opening.state.samples, Date.now());
      const kept = await of('reports');
      expect(kept.lives).toHaveLength(4);
      expect(kept.growth?.workers).toHaveLength(4);
      expect(kept.traffic?.length).toBeGreaterThan(500);
      expect(await of('billing')).toEqual({});
    } finally {
      await opening.state.close();
    }
  });
});
