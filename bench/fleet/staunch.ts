import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { InvestigatorThread } from '../../src/adapters/investigator-thread.ts';
import { openRegistryStore } from '../../src/adapters/registry-store.ts';
import { SourceThread } from '../../src/adapters/source-thread.ts';
import { openState } from '../../src/adapters/state/open-state.ts';
import { systemTimer } from '../../src/adapters/system-timer.ts';
import { serviceGrowth } from '../../src/growth/service-growth.ts';
import { Watch } from '../../src/workflows/watch.ts';

/**
 * The watch of the service and its investigator, with SSH, state and growth, and nothing of Slack: asked by its parent
 * to let a minute pass or to diagnose. Started by `fork` with CONFIG and STATE.
 */
const { CONFIG = '', STATE = '' } = process.env;
const MINUTE_MS = 60_000;
const SCHEMA = fileURLToPath(new URL('../../staunch.schema.json', import.meta.url));
const silent = {
  info() {},
  warn() {},
  error(fields: object, text: string) {
    process.stderr.write(`${text} ${JSON.stringify(fields)}\n`);
  },
};

/** What a minute or a round of diagnoses cost this process, all threads together. */
export interface Spent {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly rssBytes: number;
  readonly loopP99Ms: number;
  /** Samples stored, or diagnoses that ended with a document. */
  readonly done: number;
  readonly silent: number;
}
export type Asked =
  | { readonly kind: 'minute' }
  | { readonly kind: 'diagnose'; readonly services: readonly string[] };

let nowMs = Date.now();
const clock = { nowMs: () => nowMs };
const state = await openState(STATE, { clock });
const registry = openRegistryStore(CONFIG, { schemaFile: SCHEMA });
const source = new SourceThread({
  entry: new URL('../../src/watch-reader-worker.ts', import.meta.url),
  source: { kind: 'ssh' },
  log: silent,
});
const investigator = new InvestigatorThread({
  entry: new URL('../../src/investigator-worker.ts', import.meta.url),
  workerData: { source: { kind: 'ssh' }, configFile: CONFIG },
  log: silent,
});
const stored = await registry.read();
if (!stored.ok) throw new Error(JSON.stringify(stored.problems));
const services = [...stored.registry.services.values()];
const watch = new Watch({
  source,
  samples: state.samples,
  leases: state.leases,
  clock,
  timer: systemTimer,
  pause: () => new Promise(resolve => setImmediate(resolve)),
  log: silent,
  services: async () => services,
  tell() {},
  judge: ({ service, atMs, units }) => serviceGrowth(service, units, atMs),
  owner: 'bench',
});
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

async function minute(): Promise<Pick<Spent, 'done' | 'silent'>> {
  nowMs += MINUTE_MS;
  const { stored: done, silent: mute } = await watch.tick();
  if (Math.floor(nowMs / MINUTE_MS) % 5 === 0) await state.samples.fold(nowMs);
  return { done, silent: mute };
}

async function diagnose(names: readonly string[]): Promise<Pick<Spent, 'done' | 'silent'>> {
  const toMs = Date.now();
  const window = { fromMs: toMs - 30 * MINUTE_MS, toMs };
  const results = await Promise.all(
    names.map(service =>
      investigator.investigate(
        { service, window, timeZone: 'UTC' },
        () => undefined,
        new AbortController().signal,
      ),
    ),
  );
  return { done: results.filter(result => result.ok).length, silent: 0 };
}

process.on('message', async (asked: Asked) => {
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  delay.reset();
  const done = await (asked.kind === 'minute' ? minute() : diagnose(asked.services));
  const { user, system } = process.cpuUsage(cpu);
  process.send?.({
    ...done,
    cpuMs: (user + system) / 1000,
    wallMs: performance.now() - began,
    rssBytes: process.memoryUsage.rss(),
    loopP99Ms: Math.max(0, delay.percentile(99) / 1e6 - 1),
  } satisfies Spent);
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
