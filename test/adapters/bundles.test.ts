import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBundle } from '../../src/adapters/bundle-source.ts';
import { writeBundle } from '../../src/adapters/bundle-writer.ts';
import { writeChart } from '../../src/adapters/chart-file.ts';
import { installationSecret } from '../../src/adapters/installation-secret.ts';
import { KeptDiagnosis } from '../../src/adapters/kept-diagnosis.ts';
import type { Recording } from '../../src/collectors/recording.ts';
import { createMasking } from '../../src/report/masking.ts';
import { aDocument } from '../report/documents.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'staunch-bundles-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const recording = (name: string, text: string): Recording => ({
  name,
  bytes: Buffer.from(text),
  exitCode: 0,
  complaint: '',
  cut: false,
});
const mask = createMasking({ pseudonymKey: 'a key that only this test knows' });

describe('a bundle on disk', () => {
  it('is one server when files lie in it, several when folders do', async () => {
    mkdirSync(join(folder, 'web-1'));
    mkdirSync(join(folder, 'web-2'));
    writeFileSync(join(folder, 'web-1', 'nginx-error.log'), 'a\n');
    writeFileSync(join(folder, 'web-2', 'cgroup.txt'), 'b\n');
    const several = await readBundle(folder);
    expect(several.ok && several.folders.map(f => f.server).sort()).toEqual(['web-1', 'web-2']);
    const single = await readBundle(join(folder, 'web-1'));
    expect(single.ok && single.folders.map(f => [f.server, f.recordings.map(r => r.name)])).toEqual([
      [undefined, ['nginx-error.log']],
    ]);
  });

  it('unpacks .gz and never reads what is not evidence', async () => {
    writeFileSync(join(folder, 'nginx-error.log.2.gz'), gzipSync('old line\n'));
    writeFileSync(join(folder, 'truth.json'), '{}');
    const bundle = await readBundle(folder);
    expect(
      bundle.ok && bundle.folders[0]?.recordings.map(r => [r.name, Buffer.from(r.bytes).toString()]),
    ).toEqual([['nginx-error.log.2.gz', 'old line\n']]);
  });

  it('names a damaged file instead of failing', async () => {
    writeFileSync(join(folder, 'nginx-error.log.1.gz'), 'no gzip at all');
    const bundle = await readBundle(folder);
    expect(bundle.ok && bundle.folders[0]?.recordings[0]).toMatchObject({
      exitCode: 69,
      complaint: expect.stringContaining('nginx-error.log.1.gz'),
    });
  });

  it('is written masked, and journal records stay JSON', async () => {
    const into = join(folder, 'out');
    const record = JSON.stringify({
      __REALTIME_TIMESTAMP: '1795342506271845',
      _PID: '995',
      MESSAGE: 'login failed password=hunter2 "quoted" for ana@example.com',
    });
    const written = await writeBundle(
      into,
      new Map([['web-1', [recording('journal-app.json', `${record}\n`), recording('nginx-error.log', '')]]]),
      mask,
    );
    expect(written).toMatchObject({ ok: true, files: 1 });
    const text = readFileSync(join(into, 'journal-app.json'), 'utf8');
    const kept = JSON.parse(text) as Record<string, string>;
    expect([kept.__REALTIME_TIMESTAMP, kept._PID]).toEqual(['1795342506271845', '995']);
    expect(text).not.toMatch(/hunter2|ana@example\.com/);
    expect(statSync(join(into, 'journal-app.json')).mode & 0o077).toBe(0);
  });

  it('has a folder per server when there are several, and mixes with nothing', async () => {
    const into = join(folder, 'out');
    const two = new Map([
      ['a', [recording('cgroup.txt', 'x\n')]],
      ['b', [recording('cgroup.txt', 'y\n')]],
    ]);
    expect(await writeBundle(into, two, mask)).toMatchObject({ ok: true, files: 2 });
    expect(readFileSync(join(into, 'b', 'cgroup.txt'), 'utf8')).toBe('y\n');
    const again = await writeBundle(into, two, mask);
    expect(again.ok ? '' : again.problem).toContain('is not empty');
  });
});

describe('the state folder', () => {
  it('keeps the last diagnoses for their owner only', async () => {
    const kept = new KeptDiagnosis(join(folder, 'state'));
    expect(await kept.last()).toBeUndefined();
    await kept.keep([aDocument({})]);
    expect((await kept.last())?.length).toBe(1);
    expect(statSync(join(folder, 'state', 'last-diagnosis.json')).mode & 0o777).toBe(0o600);
  });

  it('holds nothing when its file was damaged', async () => {
    writeFileSync(join(folder, 'last-diagnosis.json'), '{"schema":');
    expect(await new KeptDiagnosis(folder).last()).toBeUndefined();
  });

  it('makes one secret and keeps it', async () => {
    const first = await installationSecret(folder);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await installationSecret(folder)).toBe(first);
  });

  it.skipIf(process.getuid?.() === 0)('does without a secret where nothing can be written', async () => {
    chmodSync(folder, 0o500);
    expect(await installationSecret(join(folder, 'x'))).toBeUndefined();
  });
});

describe('a chart file', () => {
  const chart = {
    window: { fromMs: 0, toMs: 60_000 },
    stepMs: 1_000,
    errors: [],
    kills: [],
    restarts: [],
    workers: [],
    unit: 'a.service',
    servers: ['web-1'],
  };

  it('is what its ending says', async () => {
    expect(await writeChart(join(folder, 'c.svg'), chart, 'UTC')).toBeUndefined();
    expect(readFileSync(join(folder, 'c.svg'), 'utf8')).toContain('<svg');
    expect(await writeChart(join(folder, 'c.png'), chart, 'UTC')).toBeUndefined();
    expect(readFileSync(join(folder, 'c.png')).subarray(1, 4).toString()).toBe('PNG');
  });

  it.each([
    ['c.gif', 'must end in .png or .svg'],
    ['nowhere/c.svg', 'could not be written'],
  ])('%s: %s', async (name, words) => {
    expect(await writeChart(join(folder, name), chart, 'UTC')).toContain(words);
  });
});
