import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { InvestigatorThread } from '../../src/adapters/investigator-thread.ts';

const WINDOW = { fromMs: Date.parse('2026-11-22T10:00:00Z'), toMs: Date.parse('2026-11-22T11:00:00Z') };
const REQUEST = { service: 'checkout', window: WINDOW, timeZone: 'UTC' };
const ENTRY = new URL('../../src/investigator-worker.ts', import.meta.url);
const SOURCE = new URL('./recorded-source-module.ts', import.meta.url);
const REGISTRY = `
servers:
  lab1: { host: 10.213.0.11, user: readonly }
services:
  checkout: { unit: gunicorn.service, servers: [lab1] }
`;

/** A thread over a recorded server; closed when the test is over. */
async function aThread(query: string, more: { cancelGraceMs?: number } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'staunch-thread-'));
  const configFile = join(folder, 'staunch.yml');
  await writeFile(configFile, REGISTRY);
  const logged: string[] = [];
  const note = (_: object, text: string) => void logged.push(text);
  const thread = new InvestigatorThread({
    entry: ENTRY,
    workerData: { source: { kind: 'module', url: `${SOURCE}?${query}` }, configFile },
    log: { info: note, warn: note, error: note },
    ...more,
  });
  onTestFinished(async () => {
    await thread.close();
    await rm(folder, { recursive: true });
  });
  return { thread, logged, configFile };
}

const problemOf = (result: object) => ('problem' in result ? result.problem : 'no problem');

describe("the investigator's thread", () => {
  it('diagnoses several services side by side, with progress, evidence and a PNG', async () => {
    const { thread, logged } = await aThread('incident=oom-continue-bookworm-vm');
    thread.warmUp();
    const told: string[] = [];
    const { signal } = new AbortController();
    const results = await Promise.all(
      [1, 2, 3].map(() => thread.investigate(REQUEST, p => told.push(`${p.server} ${p.state}`), signal)),
    );
    for (const result of results) {
      if (!result.ok) throw new Error(result.problem);
      expect([result.document.verdict, result.document.counts.http502]).toEqual(['confirmed', 9]);
      expect([...(result.chart?.png.subarray(1, 4) ?? [])]).toEqual([0x50, 0x4e, 0x47]);
    }
    expect(told.filter(t => t === 'lab1 done')).toHaveLength(3);
    expect(told[0]).toBe('lab1 connecting');
    expect(logged).toEqual([]);
  });

  it('reads the registry anew each time', async () => {
    const { thread, configFile } = await aThread('');
    const { signal } = new AbortController();
    expect((await thread.investigate(REQUEST, () => {}, signal)).ok).toBe(true);
    await writeFile(configFile, REGISTRY.replace('checkout', 'payments'));
    expect(problemOf(await thread.investigate(REQUEST, () => {}, signal))).toContain(
      'There is no service "checkout"',
    );
  });

  it('passes a cancel on', async () => {
    const { thread, logged } = await aThread('trouble=stall');
    const cancel = new AbortController();
    const result = await thread.investigate(REQUEST, () => cancel.abort(), cancel.signal);
    expect(problemOf(result)).toContain('was stopped before it was done');
    expect(logged).toEqual([]);
  });

  it('ends what was under way with words when the worker dies, and begins a new one', async () => {
    const { thread, logged } = await aThread('trouble=crash');
    const { signal } = new AbortController();
    for (let death = 1; death <= 2; death++) {
      const results = await Promise.all([1, 2].map(() => thread.investigate(REQUEST, () => {}, signal)));
      for (const result of results)
        expect(problemOf(result)).toMatch(/^The diagnosis of checkout was cut off: .* ask again/);
      expect(logged).toHaveLength(death);
    }
  });

  it('replaces a worker that does not end a cancelled diagnosis', async () => {
    const { thread, logged } = await aThread('trouble=never', { cancelGraceMs: 50 });
    const cancel = new AbortController();
    const result = await thread.investigate(REQUEST, () => cancel.abort(), cancel.signal);
    expect(problemOf(result)).toMatch(/was cut off/);
    expect(logged[0]).toBe('The investigator does not end a diagnosis and is replaced');
  });

  it('says so when its source cannot be opened', async () => {
    const { thread, logged } = await aThread('trouble=unopened');
    const { signal } = new AbortController();
    expect(problemOf(await thread.investigate(REQUEST, () => {}, signal))).toMatch(/ended unexpectedly/);
    expect(logged).toEqual(['The investigator ended unexpectedly']);
  });

  it('begins nothing once it is closed or the asking is cancelled', async () => {
    const { thread } = await aThread('');
    const words = 'was not begun because Staunch is stopping';
    expect(problemOf(await thread.investigate(REQUEST, () => {}, AbortSignal.abort()))).toContain(words);
    await thread.close();
    const { signal } = new AbortController();
    expect(problemOf(await thread.investigate(REQUEST, () => {}, signal))).toContain(words);
  });
});
