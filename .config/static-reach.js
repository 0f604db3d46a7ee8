/**
 * What an entry point loads the moment it is imported, for dependency-cruiser: dynamic and type imports are left out of
 * the graph, and what remains reachable must be light. `npm run arrows` checks it beside the arrows.
 */
import { CLOUD_SDKS, DI_CONTAINER, ENGINES, packages } from './arrows.js';

const HEAVY = [ENGINES, CLOUD_SDKS, packages('apache-arrow', '@opentelemetry/[^/]+', 'confbox', 'jiti')];

const lightEntry = (name, path, tooHeavy) => ({
  name,
  severity: 'error',
  from: { path },
  to: { path: tooHeavy.join('|'), reachable: true },
});

export default {
  forbidden: [
    lightEntry('light-root', '^src/(index|batches)\\.ts$', [...HEAVY, DI_CONTAINER, packages('zod', 'commander')]),
    lightEntry('light-provider', '^providers/[^/]+/(index|plugin)\\.ts$', [...HEAVY, DI_CONTAINER]),
    lightEntry('light-container', '^src/container/index\\.ts$', HEAVY),
    lightEntry('light-test-kits', '^src/(testing|conformance|emulator)/index\\.ts$', [
      ...HEAVY,
      DI_CONTAINER,
      packages('zod'),
    ]),
    lightEntry('light-telemetry', '^src/telemetry/index\\.ts$', [...HEAVY, DI_CONTAINER]),
    lightEntry('light-cli', '^src/cli/main\\.ts$', [...HEAVY, DI_CONTAINER]),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { dynamic: true },
    tsPreCompilationDeps: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
