import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './.config/closing-line-reporter.ts';
import { SLOW_TESTS } from './.config/slow-tests.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Tests and examples that say `anysession` get the sources, so that a test never runs against an old build. */
export const alias = [
  { find: /^anysession$/, replacement: here('src/index.ts') },
  { find: /^anysession\/batches$/, replacement: here('src/batches.ts') },
  { find: /^anysession\/provider$/, replacement: here('src/provider-kit/index.ts') },
  { find: /^anysession\/providers\/(.+)$/, replacement: here('providers/$1/index.ts') },
  { find: /^anysession\/(container|conformance|testing|emulator)$/, replacement: here('src/$1/index.ts') },
];

/** These install packages. `npm run package-check`, `test:engines`, `test:clients` and `notebooks` run them. */
const NETWORK_TESTS = ['test/package/**', 'test/engines/**', 'test/clients/**', 'test/notebooks/**'];

export default defineConfig({
  resolve: { alias },
  test: {
    globalSetup: ['.config/fresh-build.ts'],
    setupFiles: ['test/private-folders.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts', 'providers/_template/test/*.test.ts'],
          exclude: [...NETWORK_TESTS, ...SLOW_TESTS],
        },
      },
      { extends: true, test: { name: 'slow', include: [...SLOW_TESTS] } },
    ],
    // Tests wait for sockets and processes most of their time: by default two cores would run one file at a time.
    maxWorkers: Math.max(5, availableParallelism()),
    // Engines, child processes and sockets: what takes a second on a quiet machine may take twenty on a busy one.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 15_000 } },
    reporters: ['default', new ClosingLineReporter()],
    coverage: {
      enabled: process.env['COVERAGE'] !== undefined,
      provider: 'v8',
      include: ['src/**/*.ts', 'providers/**/*.ts'],
      exclude: [
        '**/index.ts',
        'src/cli/main.ts',
        // Types only: there is nothing in them to run, and each would count as one branch that is not taken.
        'src/contract/{call-context,column-batch,observation,ports,session-defaults,session-provider,statement-runner,watcher}.ts',
      ],
      reporter: ['text-summary', 'html'],
      thresholds: {
        lines: 90,
        branches: 88,
        // Merging the counts of many workers loses some: what is covered here alone comes out a few branches short in the whole.
        'src/contract/**': { lines: 93, branches: 93 },
        'src/session/**': { lines: 95, branches: 95 },
      },
    },
  },
});
