import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './closing-line-reporter.ts';

/** Builds applications with Next in empty folders: minutes, and the network. The quick bundlers are in `npm run package-check`. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/package/next/*.test.ts'],
    setupFiles: ['test/private-folders.ts'],
    testTimeout: 120_000,
    hookTimeout: 900_000,
    reporters: ['default', new ClosingLineReporter()],
  },
});
