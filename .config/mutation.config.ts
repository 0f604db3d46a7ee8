import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { alias } from '../vitest.config.ts';

/**
 * The tests that judge the mutants: the unit tests of the same rooms, which need no build. Interleavings take seconds each, DuckDB and an
 * emulator start anew for each mutant, a child process does not see it: all would only make the run long. Who holds a session is
 * decided between sockets and services, so the records and the sweeps of `src/ownership` are judged by tests with those.
 */
const JUDGES = {
  core: {
    include: ['test/session/**/*.test.ts', 'test/watch/**/*.test.ts'],
    exclude: [
      '**/interleavings.test.ts',
      '**/process-exit.test.ts',
      '**/nul-texts.test.ts',
      '**/calculation.test.ts',
      '**/half-read-statements.test.ts',
      '**/start-secrets.test.ts',
      '**/rate-sharing-processes.test.ts',
    ],
    // Each mutant starts a new worker. One worker per test file as well would take most of the time.
    isolate: false,
  },
  records: {
    include: ['test/ownership/**/*.test.ts', 'test/session/holder-rule.test.ts'],
    exclude: ['**/sweeper.test.ts'],
  },
  sweeps: { include: ['test/ownership/sweeper.test.ts'], exclude: [] },
};

const judge = process.env['ANYSESSION_MUTATED'];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { alias },
  test: {
    ...JUDGES[judge === 'records' || judge === 'sweeps' ? judge : 'core'],
    setupFiles: ['test/private-folders.ts'],
  },
});
