import { defineConfig } from 'vitest/config';

/** A quarter of an hour each: nightly, with STAUNCH_TRUST=full. */
const NIGHTLY = ['test/hosts/recycling-matrix.test.ts', 'test/hosts/remediation.test.ts'];
const isNightly = process.env.STAUNCH_TRUST === 'full';
if (!isNightly) console.warn(`Left to STAUNCH_TRUST=full: ${NIGHTLY.join(', ')}`);

/** Real hosts: slow, one file at a time, because they share the machine's cores and one network namespace. */
export default defineConfig({
  test: {
    include: ['test/hosts/**/*.test.ts'],
    exclude: isNightly ? [] : NIGHTLY,
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 600_000,
  },
});
