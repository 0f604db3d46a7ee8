import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { alias } from '../vitest.config.ts';

/** The tests that judge the mutants of `src/session` and `src/watch`: those of the same rooms, which need no build. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { alias },
  test: { include: ['test/session/**/*.test.ts', 'test/watch/**/*.test.ts'] },
});
