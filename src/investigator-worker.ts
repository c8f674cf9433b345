import { fileURLToPath } from 'node:url';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { stepBack, stepBackHelpers } from './adapters/background-thread.ts';
import { cachedRegistry } from './adapters/cached-registry.ts';
import { chartImage } from './adapters/chart-image.ts';
import type { FromWorker, InvestigatorWorkerData, ToWorker } from './adapters/investigator-messages.ts';
import { playbookLoader } from './adapters/playbook-files.ts';
import { openRegistryStore } from './adapters/registry-store.ts';
import { openChosenSource } from './adapters/source-choice.ts';
import { Diagnosing, type DiagnosingContext, type DrawPng } from './workflows/diagnosing.ts';
import type { Progress } from './workflows/investigation.ts';
import { planService } from './workflows/planning.ts';
import type { Log } from './workflows/ports.ts';
import { Turns } from './workflows/turns.ts';

/** The investigator's thread: builds what the message of its starter names, and investigates on demand. */
async function work(port: MessagePort, data: InvestigatorWorkerData): Promise<void> {
  stepBack();
  stepBackHelpers();
  const tell = (message: FromWorker) => port.postMessage(message);
  const log = logOver(tell);
  const { configFile, pseudonymKey } = data;
  const source = await openChosenSource(data.source);
  // A thousand servers take longer to parse than to diagnose one.
  const registry = cachedRegistry(
    openRegistryStore(configFile, {
      schemaFile: SCHEMA,
      ...(process.env.SSH_AUTH_SOCK !== undefined && { agentSocket: process.env.SSH_AUTH_SOCK }),
    }),
  );
  const context: DiagnosingContext = {
    source,
    registry,
    playbook: playbookLoader({ registry, environment: process.env }),
    draw: oneAtATime(chartImage),
    clock: { nowMs: Date.now },
    pause: () => new Promise(resolve => setImmediate(resolve)),
    log,
    ...(pseudonymKey !== undefined && { pseudonymKey }),
  };
  const investigator = new Diagnosing(context);
  const cancels = new Map<number, AbortController>();
  port.on('message', async (message: ToWorker) => {
    if (message.kind === 'close') {
      for (const cancel of cancels.values()) cancel.abort();
      await investigator.close();
      port.close();
      return;
    }
    const { id } = message;
    if (message.kind === 'cancel') return cancels.get(id)?.abort();
    const cancel = new AbortController();
    cancels.set(id, cancel);
    if (message.kind === 'plan')
      tell({ kind: 'planned', id, result: await planService(message.request, context, cancel.signal) });
    else {
      const told = (progress: Progress) => tell({ kind: 'progress', id, progress });
      const result = await investigator.investigate(message.request, told, cancel.signal);
      tell({ kind: 'ended', id, result });
    }
    cancels.delete(id);
  });
}

/** Drawing takes threads of a pool that all of the process shares, name look-ups for Slack among it. */
function oneAtATime(draw: DrawPng): DrawPng {
  const turns = new Turns(1);
  return async svg => {
    await turns.take();
    return draw(svg).finally(() => turns.giveBack());
  };
}

/** Errors cross to the other thread as plain words: what hangs on an error may not be cloned. */
function logOver(tell: (message: FromWorker) => void): Log {
  const plain = (value: unknown) =>
    value instanceof Error ? { type: value.name, message: value.message, stack: value.stack ?? '' } : value;
  const at = (level: 'info' | 'warn' | 'error') => (fields: object, text: string) =>
    tell({
      kind: 'log',
      level,
      fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)])),
      text,
    });
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

const SCHEMA = fileURLToPath(new URL('../staunch.schema.json', import.meta.url));

if (parentPort) await work(parentPort, workerData as InvestigatorWorkerData);
