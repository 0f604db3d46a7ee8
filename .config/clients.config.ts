import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { alias } from '../vitest.config.ts';
import { ClosingLineReporter } from './closing-line-reporter.ts';

/** Tests with Spark clients of others. One at a time: each of them starts a server and a Python. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { alias },
  test: {
    include: ['test/clients/**/*.test.ts'],
    globalSetup: ['.config/fresh-build.ts'],
    setupFiles: ['test/private-folders.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', new ClosingLineReporter()],
  },
});
