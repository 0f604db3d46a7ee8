import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { alias } from '../vitest.config.ts';

/**
 * The tests that judge the mutants of `src/session` and `src/watch`: the unit tests of the same rooms, which need no build.
 * Interleavings take seconds each, DuckDB and an emulator start anew for each mutant, a child process does not see it: all would only make the run long.
 */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { alias },
  test: {
    include: ['test/session/**/*.test.ts', 'test/watch/**/*.test.ts'],
    exclude: ['**/interleavings.test.ts', '**/process-exit.test.ts', '**/nul-texts.test.ts', '**/calculation.test.ts'],
  },
});
