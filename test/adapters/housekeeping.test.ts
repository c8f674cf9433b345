import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Chore, Housekeeping } from '../../src/adapters/housekeeping.ts';

const running: Housekeeping[] = [];
beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-22T10:00:00.500Z') });
});
afterEach(async () => {
  for (const housekeeping of running.splice(0)) await housekeeping.stop();
  vi.useRealTimers();
});

function keeping(...chores: Chore[]) {
  const logged: { fields: object; text: string }[] = [];
  const note = (fields: object, text: string) => void logged.push({ fields, text });
  const housekeeping = new Housekeeping(chores, { info: note, warn: note, error: note });
  running.push(housekeeping);
  return { housekeeping, logged };
}

describe('housekeeping', () => {
  it('does each chore at its times', async () => {
    const done: string[] = [];
    keeping(
      { name: 'lease', at: '*/15 * * * * *', perform: async () => void done.push('lease') },
      { name: 'purge', at: '17 * * * *', perform: async () => void done.push('purge') },
    );
    await vi.advanceTimersByTimeAsync(60_000);
    expect(done).toEqual(['lease', 'lease', 'lease', 'lease']);
    await vi.advanceTimersByTimeAsync(59 * 60_000);
    expect(done.filter(name => name === 'purge')).toHaveLength(1);
  });

  it('logs a chore that fails, by name, and does it again next time', async () => {
    let times = 0;
    const { logged } = keeping({
      name: 'renew the lease',
      at: '*/15 * * * * *',
      async perform() {
        times++;
        throw new Error('the disk is full');
      },
    });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(times).toBe(2);
    expect(logged).toHaveLength(2);
    expect(logged[0]).toMatchObject({
      fields: { chore: 'renew the lease', err: { message: 'the disk is full' } },
    });
  });

  it('does not begin a chore that still goes on, and nothing after it was stopped', async () => {
    let begun = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const { housekeeping, logged } = keeping({
      name: 'slow',
      at: '*/15 * * * * *',
      perform() {
        begun++;
        return promise;
      },
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(begun).toBe(1);
    expect(logged.map(({ text }) => text)).toEqual(Array(3).fill('a chore was not begun in time'));
    resolve();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(begun).toBe(2);
    await housekeeping.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(begun).toBe(2);
  });
});
