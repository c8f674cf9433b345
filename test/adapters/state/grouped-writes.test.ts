import { expect, it } from 'vitest';
import { GroupedWrites } from '../../../src/adapters/state/grouped-writes.ts';

/** Writes that are done when told so. */
function heldWrites(most: number) {
  const groups: (readonly number[])[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const writes = new GroupedWrites<number, string>(items => {
    groups.push(items);
    return new Promise((resolve, reject) => {
      ends.push(error => (error ? reject(error) : resolve(items.map(item => `kept ${item}`))));
    });
  }, most);
  const told = async (error?: Error) => {
    await new Promise(setImmediate);
    ends.shift()?.(error);
    await new Promise(setImmediate);
  };
  return { writes, groups, told };
}

it('writes together what comes while a write goes on, in order, up to the most', async () => {
  const { writes, groups, told } = heldWrites(3);
  const first = writes.add(1);
  await told();
  expect(await first).toBe('kept 1');
  const others = [2, 3, 4, 5, 6].map(item => writes.add(item));
  await told();
  await told();
  expect(await Promise.all(others)).toEqual(['kept 2', 'kept 3', 'kept 4', 'kept 5', 'kept 6']);
  expect(groups).toEqual([[1], [2, 3, 4], [5, 6]]);
});

it('fails those of one group together and goes on with the next', async () => {
  const { writes, groups, told } = heldWrites(2);
  const all = Promise.allSettled([1, 2, 3].map(item => writes.add(item)));
  await told(new Error('the disk is full'));
  await told();
  expect((await all).map(one => one.status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(groups).toEqual([[1, 2], [3]]);
});
