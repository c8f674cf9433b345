import { baseOf, boot, HOUR, type KindMaker } from './kind.ts';

/** What reaches the limit sooner or later. All aim at the limit, in hours that are drawn. */
export const LEAKING: readonly KindMaker[] = [
  function constant(random) {
    const base = baseOf(random);
    const fill = random.scale(4.5, 36) * HOUR;
    return {
      name: 'constant',
      plateau: base,
      curve:
        (_, limit) =>
        ({ age }) =>
          boot(age, base) + ((limit - base) * age) / fill,
    };
  },
  function byTraffic(random) {
    const base = baseOf(random);
    const fill = random.scale(4.5, 36) * HOUR;
    return {
      name: 'by traffic',
      plateau: base,
      curve:
        (_, limit) =>
        ({ age, served }) =>
          boot(age, base) + ((limit - base) * served) / fill,
    };
  },
  function stairs(random) {
    const base = baseOf(random);
    const fill = random.scale(6, 36) * HOUR;
    const count = random.whole(6, 25);
    return {
      name: 'stairs',
      plateau: base,
      curve: (draw, limit) => {
        const size = (limit - base) / count;
        let held = 0;
        return ({ age, load }) => {
          if (draw.next() < (load * count) / fill) held += size * draw.between(0.4, 1.6);
          return boot(age, base) + held;
        };
      },
    };
  },
  function concave(random) {
    const base = baseOf(random);
    const fill = random.scale(6, 36) * HOUR;
    const bend = random.between(0.6, 0.85);
    return {
      name: 'concave',
      plateau: base,
      curve:
        (_, limit) =>
        ({ age }) =>
          boot(age, base) + (limit - base) * (age / fill) ** bend,
    };
  },
  function lateStart(random) {
    const base = baseOf(random);
    const fill = random.scale(4.5, 30) * HOUR;
    return {
      name: 'late start',
      plateau: base,
      curve: (draw, limit) => {
        const begin = draw.between(4, 40) * HOUR;
        return ({ age }) => boot(age, base) + ((limit - base) * Math.max(0, age - begin)) / fill;
      },
    };
  },
  function warmUpThenLeak(random) {
    const base = baseOf(random);
    const extra = base * random.between(0.1, 0.6);
    const tau = (random.between(1, 8) * HOUR) / 3;
    const fill = random.scale(5, 36) * HOUR;
    return {
      name: 'warm-up and leak',
      plateau: base + extra,
      curve:
        (_, limit) =>
        ({ age, served }) =>
          boot(age, base) + extra * (1 - Math.exp(-age / tau)) + ((limit - base - extra) * served) / fill,
    };
  },
  function slow(random) {
    const base = baseOf(random);
    const fill = random.between(40, 68) * HOUR;
    return {
      name: 'slow',
      plateau: base,
      curve:
        (_, limit) =>
        ({ age, served }) =>
          boot(age, base) + ((limit - base) * served) / fill,
    };
  },
];

/** A leak that recycling keeps below the limit: never reaches it, so that a warning helps nobody. */
export const CONTAINED: KindMaker = random => {
  const base = baseOf(random);
  const fill = random.scale(6, 36) * HOUR;
  const life = fill * random.between(0.25, 0.7);
  return {
    name: 'contained leak',
    plateau: base,
    lifeMinutes: draw => life * draw.between(0.85, 1.15),
    curve:
      (_, limit) =>
      ({ served }) =>
        boot(served, base) + ((limit - base) * served) / fill,
  };
};
