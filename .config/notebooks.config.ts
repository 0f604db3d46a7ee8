import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { alias } from '../vitest.config.ts';
import { ClosingLineReporter } from './closing-line-reporter.ts';

/** Executes the notebooks, one at a time: each of them starts a kernel, a session and an engine. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { alias },
  test: {
    include: ['test/notebooks/**/*.test.ts'],
    globalSetup: ['.config/fresh-build.ts'],
    setupFiles: ['test/private-folders.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
    reporters: ['default', new ClosingLineReporter()],
  },
});
