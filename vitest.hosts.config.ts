import { defineConfig } from 'vitest/config';

/** A quarter of an hour each: nightly, with STAUNCH_TRUST=full. */
const NIGHTLY = ['test/hosts/recycling-matrix.test.ts', 'test/hosts/remediation.test.ts'];
const isNightly = process.env.STAUNCH_TRUST === 'full';
if (!isNightly) console.warn(`Left to STAUNCH_TRUST=full: ${NIGHTLY.join(', ')}`);

/**
 * Real hosts. Most files wait for minutes that must pass and leave the cores to others meanwhile; nightly ones count
 * requests that are lost, and have the machine to themselves.
 */
export default defineConfig({
  test: {
    include: ['test/hosts/**/*.test.ts'],
    exclude: isNightly ? [] : NIGHTLY,
    maxWorkers: isNightly ? 1 : 3,
    testTimeout: 180_000,
    hookTimeout: 600_000,
  },
});
