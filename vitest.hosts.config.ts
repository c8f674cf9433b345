import { defineConfig } from 'vitest/config';

/** Real hosts: slow, one file at a time, because they share the machine's cores and one network namespace. */
export default defineConfig({
  test: {
    include: ['test/hosts/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 600_000,
  },
});
