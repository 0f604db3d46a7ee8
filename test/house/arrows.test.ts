import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import arrows, { ROOMS } from '../../.config/arrows.js';
import staticReach from '../../.config/static-reach.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** A repository of one file a room that keeps every rule. */
const CLEAN_TREE: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    name: 'anysession',
    dependencies: { inversify: '1', zod: '1', 'apache-arrow': '1', jiti: '1' },
    optionalDependencies: { '@duckdb/node-api': '1' },
  }),
  'tsconfig.json': '{}',
  ...Object.fromEntries(
    ['inversify', 'zod', 'apache-arrow', 'jiti', '@duckdb/node-api', 'undeclared'].flatMap((name) => [
      [`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', exports: './index.js' })],
      [`node_modules/${name}/index.js`, 'export const it = 1;'],
    ]),
  ),
  'src/contract/state.ts': `export type State = 'ready'; export const STATES = ['ready'];`,
  ...Object.fromEntries(
    Object.keys(ROOMS)
      .filter((room) => room !== 'contract')
      .map((room) => [
        `src/${room}/part.ts`,
        `import { STATES } from '../contract/state.ts'; export const part = STATES;`,
      ]),
  ),
  'src/index.ts': `export { STATES } from './contract/state.ts'; export const open = () => import('./compose.ts');`,
  'src/container/index.ts': `import { it } from 'inversify'; import { compose } from '../compose.ts'; export const c = [it, compose];`,
  'src/session/layer.ts': `import { part } from './part.ts'; export const layer = part;`,
  'src/config/load.ts': `export const load = () => import('jiti');`,
  'src/config/built-in-providers.ts': `export const local = () => import('../../providers/local/plugin.ts');`,
  'src/compose.ts': `import { part } from './session/part.ts'; export const compose = () => part;`,
  'src/testing/index.ts': `export { part } from './part.ts';`,
  'src/conformance/index.ts': `export { part } from './part.ts';`,
  'src/cli/main.ts': `export const main = () => import('../container/index.ts');`,
  'providers/local/index.ts': `import type { it } from '@duckdb/node-api'; export type Engine = typeof it | typeof import('@duckdb/node-api'); export const load = () => import('@duckdb/node-api');`,
  'providers/local/plugin.ts': `import { STATES } from '../../src/contract/state.ts'; export const plugin = STATES;`,
  'providers/other/index.ts': `export const other = 1;`,
  'providers/_aws/part.ts': `export { part } from '../../src/provider-kit/part.ts';`,
  'src/provider-kit/part.ts': `export const part = 1;`,
  'providers/athena/index.ts': `export { part } from '../_aws/part.ts';`,
  'examples/demo.ts': `export const demo = 1;`,
  'bench/run.ts': `import { part } from '../src/session/part.ts'; export const run = part;`,
  'bench/reference/raw.ts': `export const raw = 1;`,
};

/** For each rule a file that breaks it, and nothing else. A key is a rule's name, with more words where a rule has two seeds. */
const ARROW_SEEDS: Readonly<Record<string, readonly [file: string, code: string]>> = {
  'room-contract': ['src/contract/seed.ts', `import '../session/part.ts';`],
  'room-ownership': ['src/ownership/seed.ts', `import '../session/part.ts';`],
  'room-cost': ['src/cost/seed.ts', `import '../session/part.ts';`],
  'room-watch': ['src/watch/seed.ts', `import '../session/part.ts';`],
  'room-telemetry': ['src/telemetry/seed.ts', `import '../session/part.ts';`],
  'room-verify': ['src/verify/seed.ts', `import '../ownership/part.ts';`],
  'room-statement': ['src/statement/seed.ts', `import '../session/part.ts';`],
  'room-config': ['src/config/seed.ts', `import '../../providers/local/index.ts';`],
  'room-session': [
    'src/session/seed.ts',
    `import type { part } from '../config/part.ts'; export type P = typeof part;`,
  ],
  'room-mcp': ['src/mcp/seed.ts', `import '../config/part.ts';`],
  'room-proxy': ['src/proxy/seed.ts', `import '../ownership/part.ts';`],
  'room-container': ['src/container/seed.ts', `import '../../providers/local/plugin.ts';`],
  'room-cli': ['src/cli/seed.ts', `import '../../providers/local/plugin.ts';`],
  'room-testing': ['src/testing/seed.ts', `import '../session/part.ts';`],
  'room-emulator': ['src/emulator/seed.ts', `import '../testing/part.ts';`],
  'room-conformance': ['src/conformance/seed.ts', `import '../testing/part.ts';`],
  'room-spark-connect': ['src/spark-connect/seed.ts', `import '../session/part.ts';`],
  'room-batch': ['src/batch/seed.ts', `import '../container/index.ts';`],
  'shared-_aws': ['providers/local/seed.ts', `import '../_aws/part.ts';`],
  'room-provider-kit': ['src/provider-kit/seed.ts', `import '../session/part.ts';`],
  'contract-is-pure': ['src/contract/seed.ts', `import 'node:fs';`],
  'provider-knows-contract-only': ['providers/local/seed.ts', `import '../other/index.ts';`],
  'one-table-of-providers': ['src/seed.ts', `export const load = () => import('../providers/local/plugin.ts');`],
  'providers-load-lazily': ['src/config/built-in-providers.ts', `import '../../providers/local/plugin.ts';`],
  'container-owns-inversify': ['providers/local/seed.ts', `import 'inversify';`],
  'no-one-imports-cli': ['src/seed.ts', `import './cli/part.ts';`],
  'no-test-kit-in-the-product': ['src/seed.ts', `import './testing/part.ts';`],
  'engines-load-lazily': ['providers/local/seed.ts', `import '@duckdb/node-api';`],
  'product-imports-no-tools': ['src/session/seed.ts', `import 'undeclared';`],
  'product-stands-alone': ['src/session/seed.ts', `import '../../examples/demo.ts';`],
  'examples-use-the-package': ['examples/seed.ts', `import '../src/session/part.ts';`],
  'references-are-independent': ['bench/reference/seed.ts', `import '../run.ts';`],
  'no-cycles at run time': ['src/session/part.ts', `export { layer as part } from './layer.ts';`],
  'no-cycles of types': [
    'src/session/part.ts',
    `import type { layer } from './layer.ts'; export const part: readonly string[] = []; export type L = typeof layer;`,
  ],
  resolvable: ['src/session/seed.ts', `import './nowhere.ts';`],
};

const REACH_SEEDS: typeof ARROW_SEEDS = {
  'light-root': ['src/index.ts', `export { part } from './container/index.ts';`],
  'light-provider': ['providers/local/index.ts', `export { it } from '@duckdb/node-api';`],
  'light-container': ['src/container/index.ts', `export { it } from 'apache-arrow';`],
  'light-test-kits': ['src/testing/index.ts', `export { it } from 'zod';`],
  'light-telemetry': ['src/telemetry/index.ts', `export { it } from 'apache-arrow';`],
  'light-cli': ['src/cli/main.ts', `export { c } from '../container/index.ts';`],
};

/** What a tree breaks, each as `rule: from → to`. */
async function violations(config: typeof arrows | typeof staticReach, baseDir: string): Promise<string[]> {
  const everything = ['src', 'providers', 'examples', 'bench'];
  const entryPoints = ['src/{index,batches}.ts', 'src/*/index.ts', 'src/cli/main.ts', 'providers/*/{index,plugin}.ts'];
  const { enhancedResolveOptions, ...options } = config.options;
  const { output } = await cruise(
    config === arrows ? everything : entryPoints,
    { ...options, baseDir, ruleSet: { forbidden: config.forbidden }, validate: true } as ICruiseOptions,
    enhancedResolveOptions,
  );
  return (output as ICruiseResult).summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}

describe('the arrows', { timeout: 60_000 }, () => {
  let tree: string;
  const write = (file: string, code: string): void => {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), code);
  };

  beforeAll(() => {
    tree = mkdtempSync(join(tmpdir(), 'anysession-arrows-'));
    for (const [file, code] of Object.entries(CLEAN_TREE)) write(file, code);
  });

  afterAll(() => {
    rmSync(tree, { recursive: true, force: true });
  });

  for (const [config, seeds] of [
    [arrows, ARROW_SEEDS],
    [staticReach, REACH_SEEDS],
  ] as const) {
    it('pass on a tree that keeps them', async () => {
      expect(await violations(config, tree)).toEqual([]);
    });

    it('have a seeded violation each', () => {
      const rules: readonly { name: string }[] = config.forbidden;
      const seeded = new Set(Object.keys(seeds).map((key) => key.split(' ')[0]));
      expect([...seeded].sort()).toEqual(rules.map(({ name }) => name).sort());
    });

    it.each(Object.entries(seeds))('%s is caught', async (key, [file, code]) => {
      write(file, code);
      try {
        expect(await violations(config, tree)).toContainEqual(expect.stringMatching(`^${key.split(' ')[0]}: `));
      } finally {
        rmSync(join(tree, file));
        if (file in CLEAN_TREE) write(file, CLEAN_TREE[file]!);
      }
    });
  }

  it.each([arrows, staticReach])('hold in this repository', async (config) => {
    expect(await violations(config, REPOSITORY)).toEqual([]);
  });
});
