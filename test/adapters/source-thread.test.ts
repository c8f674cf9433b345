import { describe, expect, it, onTestFinished } from 'vitest';
import { SourceThread } from '../../src/adapters/source-thread.ts';
import type { Question } from '../../src/collectors/question.ts';
import { aServer } from '../workflows/recorded-source.ts';

const ENTRY = new URL('../../src/watch-reader-worker.ts', import.meta.url);
const MODULE = new URL('./recorded-source-module.ts', import.meta.url);
const question: Question = { verb: 'clock', args: [], limits: { timeoutMs: 1_000, maxBytes: 10_000 } };

function aThread(query: string, more: { cancelGraceMs?: number } = {}) {
  const logged: string[] = [];
  const note = (_: object, text: string) => void logged.push(text);
  const thread = new SourceThread({
    entry: ENTRY,
    source: { kind: 'module', url: `${MODULE}?${query}` },
    log: { info: note, warn: note, error: note },
    ...more,
  });
  onTestFinished(() => thread.close());
  const cancel = new AbortController();
  return {
    thread,
    logged,
    cancel,
    ask: () => thread.ask(aServer('lab1'), [question, question], cancel.signal),
  };
}

describe("the watch's thread", () => {
  it('answers each question of several askings at once, byte for byte', async () => {
    const { ask, logged } = aThread('');
    for (const answers of await Promise.all([ask(), ask(), ask()])) {
      expect(answers.map(answer => answer.ok)).toEqual([true, true]);
      const [first] = answers;
      expect(first?.ok && first.bytes).toBeInstanceOf(Uint8Array);
    }
    expect(logged).toEqual([]);
  });

  it('passes a cancel on: what would never end ends', async () => {
    const { ask, cancel, logged } = aThread('trouble=stall');
    const asking = ask();
    cancel.abort();
    expect(await asking).toHaveLength(2);
    expect(logged).toEqual([]);
  });

  it('that dies answers nothing, says so, and the next question gets a new one', async () => {
    const { ask, logged } = aThread('trouble=death');
    for (let death = 1; death <= 2; death++) {
      expect(await ask()).toMatchObject([
        { ok: false, reason: 'cancelled' },
        { ok: false, reason: 'cancelled' },
      ]);
      expect(logged).toHaveLength(death);
    }
    expect(logged[0]).toBe('The thread of the watch ended unexpectedly');
  });

  it('that does not heed a cancel is replaced', async () => {
    const { ask, cancel, logged } = aThread('trouble=never', { cancelGraceMs: 50 });
    const asking = ask();
    cancel.abort();
    expect((await asking).map(answer => answer.ok)).toEqual([false, false]);
    expect(logged[0]).toBe('The thread of the watch does not end a question and is replaced');
  });

  it('asks nobody once it is closed', async () => {
    const { ask, thread } = aThread('');
    await ask();
    await thread.close();
    expect(await ask()).toMatchObject([{ ok: false }, { ok: false }]);
  });
});
