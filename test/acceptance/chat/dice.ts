/** Chance that a failed run can be repeated with: the seed is printed, and taken from STAUNCH_TEST_SEED. */
export function printedDice(what: string): () => number {
  const seed = Number(process.env.STAUNCH_TEST_SEED || Date.now() % 1_000_000_007);
  console.log(`${what}: STAUNCH_TEST_SEED=${seed}`);
  let state = seed >>> 0;
  // A linear congruential generator, Numerical Recipes.
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
