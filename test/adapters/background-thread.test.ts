import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

const ENTRY = new URL('../../src/adapters/background-thread.ts', import.meta.url).href;
const STEPPING_BACK = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { readFileSync } = require('node:fs');
  import(workerData).then(({ stepBack }) => {
    stepBack();
    parentPort.postMessage(readFileSync('/proc/thread-self/stat', 'latin1'));
  });
`;
/** A process of its own: what its helpers were cannot be restored. */
const HELPERS_STEPPING_BACK = `
  const { readFileSync, readdirSync } = require('node:fs');
  import(${JSON.stringify(ENTRY)}).then(({ stepBack, stepBackHelpers }) => {
    stepBackHelpers();
    stepBack();
    for (const thread of readdirSync('/proc/self/task'))
      console.log(readFileSync('/proc/self/task/' + thread + '/stat', 'latin1').trim());
  });
`;

/** Field 19 of a stat file, behind the name. */
const niceOf = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);

it.runIf(process.platform === 'linux')('steps back with its own thread and no other', async () => {
  const before = getPriority();
  const worker = new Worker(STEPPING_BACK, { eval: true, workerData: ENTRY });
  const stat = await new Promise<string>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  expect(niceOf(stat)).toBe(Math.max(before, 10));
  expect(getPriority()).toBe(before);
  expect(niceOf(readFileSync('/proc/thread-self/stat', 'latin1'))).toBe(before);
});

describe.runIf(process.platform === 'linux')('the helpers of V8', () => {
  const nices = (command: readonly string[]) => {
    const [program = '', ...args] = [...command, process.execPath, '-e', HELPERS_STEPPING_BACK];
    const stats = execFileSync(program, args, { encoding: 'utf8' }).trim().split('\n');
    const named = (name: string) => stats.filter(stat => stat.includes(`(${name})`)).map(niceOf);
    return { helpers: named('V8Worker'), all: stats.map(niceOf) };
  };

  it('step back, others do not', () => {
    const before = getPriority();
    const { helpers, all } = nices([]);
    expect(helpers.length).toBeGreaterThan(0);
    expect(new Set(helpers)).toEqual(new Set([Math.max(before, 10)]));
    // And the one thread that called for itself.
    expect(all.filter(nice => nice !== before)).toHaveLength(helpers.length + 1);
  });

  it('stay as they are where all stand farther back', () => {
    expect(new Set(nices(['nice', '-n', '15']).all).size).toBe(1);
  });
});
