import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { editDistance, nearestNames } from '../../src/inventory/nearest-name.ts';
import { readRegistry } from '../../src/inventory/registry-reading.ts';
import { findTarget } from '../../src/inventory/target.ts';

const base = { folder: '/etc/staunch', home: '/home/ana' };

function registryOf(file: unknown) {
  const reading = readRegistry(stringify(file), 'staunch.yml', base);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.registry;
}

const registry = registryOf({
  servers: {
    'web-1': { host: 'a' },
    'web-2': { host: 'b' },
    'edge-1': { host: 'c' },
    bastion: { host: 'd' },
  },
  services: {
    checkout: { unit: 'checkout.service', servers: ['web-1', 'web-2'], nginx: { servers: ['edge-1'] } },
    cart: { unit: 'cart.service', servers: ['web-2'] },
  },
  groups: { shop: ['checkout', 'cart'] },
});

describe('a name stands for', () => {
  it.each([
    ['a service', 'checkout', ['checkout']],
    ['a service typed in capitals', ' Checkout ', ['checkout']],
    ['every service of a group', 'shop', ['checkout', 'cart']],
    ['every service on an app server', 'web-2', ['checkout', 'cart']],
    ['every service whose NGINX runs on a server', 'edge-1', ['checkout']],
    ['nothing on a server without services', 'bastion', []],
  ])('%s', (_, name, services) => {
    const target = findTarget(registry, name);
    expect('services' in target && target.services.map(service => service.id)).toEqual(services);
  });

  it.each([
    ['chekcout', ['checkout']],
    ['check', ['checkout']],
    ['web-3', ['web-1', 'web-2']],
    ['SHOPP', ['shop']],
    ['payments', []],
    ['constructor', []],
  ])('nothing when it is %s, and what was meant is guessed', (name, nearest) => {
    expect(findTarget(registry, name)).toEqual({ unknown: name, nearest });
  });
});

const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,12}$/), { minLength: 3, maxLength: 24 });

it('every registry that is valid is found again by all of its names', () => {
  fc.assert(
    fc.property(names, fc.array(fc.nat(), { minLength: 60, maxLength: 60 }), (all, picks) => {
      const third = Math.floor(all.length / 3);
      const [servers, services, groups] = [
        all.slice(0, third),
        all.slice(third, 2 * third),
        all.slice(2 * third),
      ];
      let next = 0;
      const some = (from: string[]) => {
        const count = 1 + (picks[next++ % 60]! % from.length);
        const start = picks[next++ % 60]! % from.length;
        return Array.from({ length: count }, (_, n) => from[(start + n) % from.length]!);
      };
      const file = {
        // Jumps lead to servers further ahead only, so there is no circle.
        servers: Object.fromEntries(
          servers.map((name, n) => [
            name,
            { host: 'h', ...(n > 0 && picks[n]! % 2 ? { jump: servers[n - 1] } : {}) },
          ]),
        ),
        services: Object.fromEntries(
          services.map(name => [
            name,
            { unit: 'g.service', servers: some(servers), nginx: { servers: some(servers) } },
          ]),
        ),
        groups: Object.fromEntries(groups.map(name => [name, some(services)])),
      };
      const read = registryOf(file);
      for (const name of services)
        expect(findTarget(read, name)).toEqual({ services: [read.services.get(name)] });
      for (const name of groups) {
        expect(findTarget(read, name)).toEqual({
          services: file.groups[name]!.map(each => read.services.get(each)),
        });
      }
      for (const name of servers) {
        const on = services.filter(each => {
          const entry = file.services[each]!;
          return entry.servers.includes(name) || entry.nginx.servers.includes(name);
        });
        const target = findTarget(read, name);
        expect('services' in target && target.services.map(each => each.id).sort()).toEqual(on.sort());
      }
    }),
    { numRuns: 60 },
  );
});

describe('the distance between two names', () => {
  it.each([
    ['web-1', 'web-1', 0],
    ['web-1', 'web-2', 1],
    ['wbe-1', 'web-1', 1],
    ['', 'web', 3],
    ['checkout', 'chekcuot', 2],
  ])('%s and %s differ by single slips', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('is the same both ways, and nothing for a name and itself', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, a)).toBe(0);
      }),
    );
  });

  it('is not worked out for names of absurd length', () => {
    expect(nearestNames('a'.repeat(100_000), ['a'.repeat(99_999)])).toEqual([]);
  });
});
