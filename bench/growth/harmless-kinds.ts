import { baseOf, boot, DAY, HOUR, type KindMaker } from './kind.ts';

/** A cache that fills as distinct keys turn up (slower and slower) until it is full. */
function filling(served: number, full: number, bend: number, size: number): number {
  return size * Math.min(1, (served / full) ** bend);
}

/** What a healthy worker does. */
export const HARMLESS: readonly KindMaker[] = [
  function flat(random) {
    const base = baseOf(random);
    return {
      name: 'flat',
      plateau: base,
      curve:
        () =>
        ({ age }) =>
          boot(age, base),
    };
  },
  function shortWarmUp(random) {
    const base = baseOf(random);
    const extra = base * random.between(0.2, 0.8);
    const tau = random.between(5, 25);
    return {
      name: 'short warm-up',
      plateau: base + extra,
      curve:
        () =>
        ({ age }) =>
          boot(age, base) + extra * (1 - Math.exp(-age / tau)),
    };
  },
  function longWarmUp(random) {
    const base = baseOf(random);
    const extra = base * random.between(0.2, 1);
    const tau = (random.between(2, 12) * HOUR) / 3;
    return {
      name: 'long warm-up',
      plateau: base + extra,
      curve:
        () =>
        ({ age }) =>
          boot(age, base) + extra * (1 - Math.exp(-age / tau)),
    };
  },
  function lruCache(random) {
    const base = baseOf(random);
    const extra = base * random.between(0.2, 1);
    const full = random.scale(3, 24) * HOUR;
    const bend = random.between(0.5, 0.8);
    return {
      name: 'LRU cache',
      plateau: base + extra,
      curve:
        () =>
        ({ age, served }) =>
          boot(age, base) + filling(served, full, bend, extra),
    };
  },
  function ttlCache(random) {
    const base = baseOf(random);
    const extra = base * random.between(0.15, 0.6);
    const ttl = random.between(0.5, 3) * HOUR;
    return {
      name: 'TTL cache',
      plateau: base + extra * 1.9,
      curve: () => {
        let held = 0;
        return ({ age, load }) => {
          held += (load - held) / ttl;
          return boot(age, base) + extra * Math.min(held, 1.9);
        };
      },
    };
  },
  function steps(random) {
    const base = baseOf(random);
    const sizes = Array.from({ length: random.whole(1, 3) }, () => base * random.between(0.1, 0.5));
    const plateau = sizes.reduce((sum, size) => sum + size, base);
    return {
      name: 'steps',
      plateau,
      curve: draw => {
        const due = sizes.map(size => ({ size, at: draw.between(0.2, 60) * HOUR }));
        return ({ age }) => due.reduce((sum, { size, at }) => sum + (age >= at ? size : 0), boot(age, base));
      },
    };
  },
  function fragmentation(random) {
    const base = baseOf(random);
    const extra = base * random.between(0.3, 1.1);
    const tau = random.between(4, 12) * HOUR;
    return {
      name: 'fragmentation',
      plateau: base + extra,
      curve:
        () =>
        ({ age, served }) =>
          boot(age, base) + extra * (1 - Math.exp(-served / tau)),
    };
  },
  function garbageSaw(random) {
    const base = baseOf(random);
    const height = base * random.between(0.03, 0.2);
    const period = random.scale(10, 300);
    return {
      name: 'GC saw',
      plateau: base + height,
      curve: draw => {
        const shift = draw.between(0, period);
        return ({ age, served }) => boot(age, base) + height * (((served + shift) / period) % 1);
      },
    };
  },
  function highWater(random) {
    const base = baseOf(random);
    const peak = base * random.between(0.2, 0.8);
    const every = random.scale(20, 300);
    const kept = random.between(0, 0.3);
    return {
      name: 'high-water spikes',
      plateau: base + peak * kept,
      peak,
      curve: draw => {
        let next = draw.exponential(every);
        let until = -1;
        let mark = 0;
        return ({ age, load }) => {
          if (age >= next) {
            until = age + draw.between(0.5, 6);
            next = age + draw.exponential(every / Math.max(0.1, load));
            mark = Math.max(mark, peak * kept * draw.between(0.6, 1));
          }
          return boot(age, base) + (age < until ? peak : mark);
        };
      },
    };
  },
  function nightBatch(random) {
    const base = baseOf(random);
    const extra = base * random.between(0.2, 0.7);
    const begin = random.between(0, DAY);
    const ramp = random.between(5, 60);
    const lasts = random.between(0.5, 4) * HOUR;
    return {
      name: 'night batch',
      plateau: base + extra,
      curve:
        () =>
        ({ age, at }) => {
          const into = (((at - begin) % DAY) + DAY) % DAY;
          const share = into < lasts ? Math.min(1, into / ramp) : Math.max(0, 1 - (into - lasts) / 15);
          return boot(age, base) + extra * share;
        },
    };
  },
  function recycled(random) {
    const base = baseOf(random);
    const extra = base * random.between(0, 0.6);
    const full = random.scale(1, 12) * HOUR;
    const bend = random.between(0.5, 0.8);
    const life = random.scale(2, 14) * HOUR;
    return {
      name: 'recycled',
      plateau: base + extra,
      lifeMinutes: draw => life * draw.between(0.85, 1.15),
      curve:
        () =>
        ({ age, served }) =>
          boot(age, base) + filling(served, full, bend, extra),
    };
  },
];
