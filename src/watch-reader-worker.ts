import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { stepBack } from './adapters/background-thread.ts';
import type { SourceChoice } from './adapters/investigator-messages.ts';
import { openChosenSource } from './adapters/source-choice.ts';
import type { FromReader, ToReader } from './adapters/source-messages.ts';

/** The thread in which the watch reads servers: connections of its own, and nothing but questions and answers. */
async function work(port: MessagePort, choice: SourceChoice): Promise<void> {
  stepBack();
  const source = await openChosenSource(choice);
  const cancels = new Map<number, AbortController>();
  port.on('message', async (message: ToReader) => {
    if (message.kind === 'close') {
      for (const cancel of cancels.values()) cancel.abort();
      await source.close();
      port.close();
      return;
    }
    const { id } = message;
    if (message.kind === 'cancel') return cancels.get(id)?.abort();
    const cancel = new AbortController();
    cancels.set(id, cancel);
    const answers = await source.ask(message.server, message.questions, cancel.signal);
    cancels.delete(id);
    port.postMessage({ id, answers } satisfies FromReader);
  });
}

if (parentPort) await work(parentPort, workerData as SourceChoice);
