import { defineConfig } from 'vitest/config';

/** A quarter of an hour each: nightly, with STAUNCH_TRUST=full. */
const NIGHTLY = ['test/hosts/recycling-matrix.test.ts', 'test/hosts/remediation.test.ts'];
const isNightly = process.env.STAUNCH_TRUST === 'full';
if (!isNightly) console.warn(`Left to STAUNCH_TRUST=full: ${NIGHTLY.join(', ')}`);

/** They wait for minutes that must pass, and leave the machine's cores to others meanwhile. */
const WAITING = ['test/hosts/watched-*.test.ts', 'test/hosts/own-kernel.test.ts'];

const common = { testTimeout: 180_000, hookTimeout: 600_000 };

/** Real hosts, two files at a time where both mostly wait: all share the machine's cores. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'hosts',
          include: ['test/hosts/**/*.test.ts'],
          exclude: [...WAITING, ...(isNightly ? [] : NIGHTLY)],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...common,
          name: 'waiting hosts',
          include: WAITING,
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
