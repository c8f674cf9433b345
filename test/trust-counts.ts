import { randomInt } from 'node:crypto';

/** `npm run test:trust` asks for the full counts; `npm test` and `npm run test:hosts` run the reduced ones. */
const full = process.env.STAUNCH_TRUST === 'full';
/** `STAUNCH_TRUST_SHARE=0.2` of the full counts, where there is no night for all of them. */
const share = readShare(process.env.STAUNCH_TRUST_SHARE);

/**
 * How often a trust test runs: often enough to fail soon in daily work, and the promised number nightly.
 * Never 0: a trust test that does not run proves nothing.
 */
export function trustCount(reducedCount: number, fullCount: number): number {
  if (!full) return reducedCount;
  return share === 1 ? fullCount : Math.max(reducedCount, Math.round(fullCount * share));
}

const seed = readSeed(process.env.STAUNCH_TRUST_SEED);
let told = false;

/**
 * The seed of this run's chance, printed once per test file: `STAUNCH_TRUST_SEED=…` repeats the run. A whole number
 * from 0 to 2^31 - 1, as fast-check takes it.
 */
export function trustSeed(): number {
  if (!told) console.log(`trust: seed ${seed} (STAUNCH_TRUST_SEED=${seed} repeats this run)`);
  told = true;
  return seed;
}

function readShare(text: string | undefined): number {
  if (text === undefined || text === '') return 1;
  const given = Number(text);
  if (given > 0 && given <= 1) return given;
  throw new Error(`STAUNCH_TRUST_SHARE is "${text}": expected a number above 0, at most 1`);
}

function readSeed(text: string | undefined): number {
  if (text === undefined || text === '') return randomInt(2 ** 31);
  const given = Number(text);
  if (Number.isInteger(given) && given >= 0 && given < 2 ** 31) return given;
  throw new Error(`STAUNCH_TRUST_SEED is "${text}": expected a whole number from 0 to ${2 ** 31 - 1}`);
}

/** Numbers from 0 to below 1 that depend on the seed alone (mulberry32): the same seed, the same run. */
export function seededChance(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
