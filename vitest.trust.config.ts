import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// The full counts: hours, so nightly. `npm test` and `npm run test:hosts` run the same tests with reduced ones.
process.env.STAUNCH_TRUST = 'full';

const counted = globSync('test/**/*.test.ts').filter(file =>
  readFileSync(file, 'utf8').includes('trust-counts.ts'),
);

/** Every test that counts by `trustCount`, one file at a time: kills and cuts are aimed at moments. */
export default defineConfig({
  test: {
    include: counted,
    fileParallelism: false,
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
  },
});
