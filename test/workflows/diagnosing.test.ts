import { describe, expect, it } from 'vitest';
import { loadPlaybook } from '../../src/adapters/playbook-files.ts';
import { readRegistry } from '../../src/inventory/registry-reading.ts';
import type { RegistryStore } from '../../src/inventory/registry-store.ts';
import { Diagnosing, type DiagnosingContext } from '../../src/workflows/diagnosing.ts';
import type { Progress } from '../../src/workflows/investigation.ts';
import { RecordedSource } from './recorded-source.ts';

const WINDOW = { fromMs: Date.parse('2026-11-22T10:00:00Z'), toMs: Date.parse('2026-11-22T11:00:00Z') };
const REGISTRY = `
servers:
  lab1: { host: 10.213.0.11, user: readonly }
services:
  checkout: { unit: gunicorn.service, servers: [lab1] }
`;

const registryOf = (text: string): RegistryStore => ({
  file: 'staunch.yml',
  async read() {
    const reading = readRegistry(text, 'staunch.yml', { folder: '/etc/staunch', home: '/home/me' });
    return reading.ok ? reading : { ...reading, absent: false };
  },
  preview: async () => ({ ok: false, absent: false, problems: [] }),
  add: async () => ({ ok: false, problems: [] }),
});

function diagnosing(change: Partial<DiagnosingContext> = {}, registry = REGISTRY) {
  const logged: [object, string][] = [];
  const note = (fields: object, text: string) => void logged.push([fields, text]);
  const told: Progress[] = [];
  const drawn: string[] = [];
  const investigator = new Diagnosing({
    source: new RecordedSource('oom-continue-bookworm-vm'),
    registry: registryOf(registry),
    playbook: loadPlaybook,
    draw: async svg => {
      drawn.push(svg);
      return { ok: true, png: new Uint8Array([1]) };
    },
    clock: { nowMs: () => WINDOW.toMs },
    pause: async () => {},
    log: { info: note, warn: note, error: note },
    ...change,
  });
  const run = (service = 'checkout', cancel = new AbortController().signal) =>
    investigator.investigate({ service, window: WINDOW, timeZone: 'Asia/Tokyo' }, p => told.push(p), cancel);
  return { investigator, run, told, drawn, logged };
}

describe('an investigator', () => {
  it('reads, reasons, masks and draws', async () => {
    const { run, told, drawn } = diagnosing();
    const result = await run();
    if (!result.ok) throw new Error(result.problem);
    expect([result.document.verdict, result.document.counts.http502]).toEqual(['confirmed', 9]);
    expect(told.map(p => p.state)).toContain('done');
    expect(drawn[0]).toMatch(/^<svg[\s\S]*Asia\/Tokyo/);
    expect(result.chart?.altText).toContain('gunicorn.service on lab1');
  });

  it('hands out nothing that is not masked', async () => {
    const { run } = diagnosing();
    const text = JSON.stringify(await run());
    expect(text).toContain('upstream prematurely closed');
    expect(text).not.toContain('client: 10.213.0.1,');
  });

  it.each([
    ['chekout', REGISTRY, /^There is no service "chekout" in staunch\.yml\. Did you mean checkout\?$/],
    ['lab1', REGISTRY, /^There is no service "lab1" in staunch\.yml\. Did you mean checkout\?$/],
    ['zzz', REGISTRY, /Registered are: checkout\.$/],
    ['checkout', 'servers: {}\n', /No service is registered yet: "staunch server add USER@HOST"/],
    [
      'checkout',
      'servers: {}\nservices:\n  a: { unit: 3 }\n  b: {}\n  c: {}\n  d: {}\n',
      /^staunch\.yml cannot be used[\s\S]*staunch\.yml:3:\d+: [\s\S]*and \d+ more\nMend the file/,
    ],
  ])('says what to do when asked for %s and it cannot be found', async (service, registry, words) => {
    const { run } = diagnosing({}, registry);
    const result = await run(service);
    expect(result).toMatchObject({ ok: false });
    expect('problem' in result && result.problem).toMatch(words);
  });

  it('gives a verdict without a chart when that cannot be drawn, and the log says why', async () => {
    const draw = async () => ({ ok: false as const, detail: 'no fonts' });
    const { run, logged } = diagnosing({ draw });
    const result = await run();
    expect(result.ok && result.chart).toBe(undefined);
    expect(result.ok).toBe(true);
    expect(logged).toEqual([[{ service: 'checkout', detail: 'no fonts' }, 'A chart could not be drawn']]);
  });

  it('draws nothing when no server could be read', async () => {
    const gone = () => ({ ok: false as const, reason: 'timed-out' as const, detail: 'no answer within 8 s' });
    const { run, drawn } = diagnosing({ source: new RecordedSource('oom-continue-bookworm-vm', gone) });
    const result = await run();
    expect(result.ok && result.document.gaps.map(g => g.kind)).toEqual(['timed-out']);
    expect(drawn).toEqual([]);
  });

  it('says that it was stopped', async () => {
    const { run } = diagnosing();
    expect(await run('checkout', AbortSignal.abort())).toMatchObject({
      problem: expect.stringMatching(/^The diagnosis of checkout was stopped before it was done\./),
    });
  });

  it('answers with words when the playbook is broken and when there is a bug of ours', async () => {
    const playbook = async () => ({ ok: false as const, problems: ['playbooks/x.yml:3: wrong'] });
    expect(await diagnosing({ playbook }).run()).toEqual({ ok: false, problem: 'playbooks/x.yml:3: wrong' });
    const source = { ask: () => Promise.reject(new TypeError('a bug')), close: async () => {} };
    const faulty = diagnosing({ source });
    expect(await faulty.run()).toMatchObject({
      problem: expect.stringMatching(/a fault of its own while it diagnosed checkout \(TypeError\)/),
    });
    expect(faulty.logged).toHaveLength(1);
  });
});
