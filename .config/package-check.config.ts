import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './closing-line-reporter.ts';

/** Packs the package and installs it in an empty folder: slow, and the one test run that needs the network. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/package/*.test.ts'],
    setupFiles: ['test/private-folders.ts'],
    testTimeout: 120_000,
    hookTimeout: 240_000,
    reporters: ['default', new ClosingLineReporter()],
  },
});
