import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';

const STEPPING_BACK = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { readFileSync } = require('node:fs');
  import(workerData).then(({ stepBack }) => {
    stepBack();
    parentPort.postMessage(readFileSync('/proc/thread-self/stat', 'latin1'));
  });
`;

/** Field 19 of a stat file, behind the name. */
const niceOf = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);

it.runIf(process.platform === 'linux')('steps back with its own thread and no other', async () => {
  const entry = new URL('../../src/adapters/background-thread.ts', import.meta.url).href;
  const before = getPriority();
  const worker = new Worker(STEPPING_BACK, { eval: true, workerData: entry });
  const stat = await new Promise<string>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  expect(niceOf(stat)).toBe(Math.max(before, 10));
  expect(getPriority()).toBe(before);
  expect(niceOf(readFileSync('/proc/thread-self/stat', 'latin1'))).toBe(before);
});
