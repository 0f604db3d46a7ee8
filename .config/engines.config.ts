import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { alias } from '../vitest.config.ts';
import { ClosingLineReporter } from './closing-line-reporter.ts';

/** Tests against engines of others. One file at a time: each of them starts servers that want both memory and processors. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { alias },
  test: {
    include: ['test/engines/**/*.test.ts'],
    globalSetup: ['.config/fresh-build.ts'],
    setupFiles: ['test/private-folders.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 240_000,
    reporters: ['default', new ClosingLineReporter()],
  },
});
