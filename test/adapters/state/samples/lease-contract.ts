import { describe, expect, it } from 'vitest';
import type { OpenedState } from '../../../../src/adapters/state/open-state.ts';
import { aSample, DAWN_MS } from './watched.ts';

const SERVERS = Array.from({ length: 10 }, (_, index) => `app-${index}`);
const LONG_MS = 3_600_000;
/** Over as soon as it is said, by any clock. */
const OVER_MS = -1;

/** Who watches which server. Times are given as for one clock; PostgreSQL takes its own. */
export function leaseContract(state: () => OpenedState): void {
  describe('leases', () => {
    // A watcher of the samples' tests is there too, with a lease that goes on.
    const alone = () => state().leases.release('p1');
    const claim = (owner: string, leaseMs = LONG_MS, servers: readonly string[] = SERVERS) =>
      state().leases.claim(owner, servers, DAWN_MS, leaseMs);
    const servers = (owned: ReadonlyMap<string, number>) => [...owned.keys()].sort();

    it('give one that is alone everything, and the same again with the same epochs', async () => {
      await alone();
      const owned = await claim('a');
      expect(servers(owned)).toEqual(SERVERS);
      expect(new Set(owned.values())).toEqual(new Set([1]));
      expect(await claim('a')).toEqual(owned);
    });

    it('move to a newcomer until shares are even, and no further', async () => {
      await alone();
      const first = await claim('a');
      expect(servers(await claim('b'))).toEqual([]);
      const left = await claim('a');
      expect(left.size).toBe(5);
      const moved = await claim('b');
      expect([...servers(left), ...servers(moved)].sort()).toEqual(SERVERS);
      expect(await claim('a')).toEqual(left);
      expect(await claim('b')).toEqual(moved);
      for (const [server, epoch] of left) expect(epoch).toBe(first.get(server));
      for (const [server, epoch] of moved) expect(epoch).toBeGreaterThan(first.get(server) ?? 0);
    });

    it('of one that says nothing any more go to the others', async () => {
      await alone();
      const dead = await claim('a', OVER_MS);
      const owned = await claim('b');
      expect(servers(owned)).toEqual(SERVERS);
      for (const [server, epoch] of owned) expect(epoch).toBe((dead.get(server) ?? 0) + 1);
      // It comes back and finds that nothing is its own.
      expect(await claim('a')).toEqual(new Map());
    });

    it('that ran out stay with their owner when nobody took them', async () => {
      await alone();
      const owned = await claim('a', OVER_MS);
      expect(await claim('a')).toEqual(owned);
    });

    it('are free at once after a release', async () => {
      await alone();
      await claim('a');
      await state().leases.release('a');
      expect(servers(await claim('b'))).toEqual(SERVERS);
    });

    it('of a server that is no longer to be watched are given up', async () => {
      await alone();
      const owned = await claim('a');
      const fewer = await claim('a', LONG_MS, SERVERS.slice(0, 4));
      expect(servers(fewer)).toEqual(SERVERS.slice(0, 4));
      const again = await claim('a');
      expect(again.get('app-9')).toBeGreaterThan(owned.get('app-9') ?? 0);
      expect(again.get('app-0')).toBe(owned.get('app-0'));
    });

    it('fence what an earlier owner still writes', async () => {
      await alone();
      const { samples } = state();
      const before = await claim('a', OVER_MS);
      const stale = before.get('app-0') ?? 0;
      expect(await samples.put(aSample(DAWN_MS, { server: 'app-0' }), stale)).toBe(true);
      const after = await claim('b');
      const late = aSample(DAWN_MS + 60_000, { server: 'app-0' });
      expect(await samples.put(late, stale)).toBe(false);
      expect(await samples.put(late, after.get('app-0') ?? 0)).toBe(true);
    });

    it('give each server to one of many that claim at once', async () => {
      await alone();
      const owners = ['a', 'b', 'c', 'd'];
      for (let round = 0; round < 12; round += 1) {
        // Every third time from the beginning, when all is free.
        if (round % 3 === 0) await Promise.all(owners.map(owner => state().leases.release(owner)));
        const taken = (await Promise.all(owners.map(owner => claim(owner)))).flatMap(servers);
        expect(new Set(taken).size).toBe(taken.length);
      }
      const owned = await Promise.all(owners.map(owner => claim(owner)));
      expect(owned.flatMap(servers).sort()).toEqual(SERVERS);
      expect(owned.map(one => one.size).toSorted()).toEqual([1, 3, 3, 3]);
    });
  });
}
