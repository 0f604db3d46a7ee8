/**
 * The arrows between the rooms, for dependency-cruiser: which folder may import which. `npm run arrows` checks them,
 * `test/house/arrows.test.ts` seeds one violation of each rule and sees it caught.
 */

/** Each room of `src/` with what it may import of `src/` besides itself. A room that is not listed may not exist. */
export const ROOMS = {
  contract: [],
  'provider-kit': ['contract'],
  ownership: ['contract', 'provider-kit'],
  watch: ['contract', 'provider-kit', 'ownership'],
  statement: ['contract', 'provider-kit'],
  'spark-connect': ['contract', 'provider-kit'],
  // What a batch shares with sessions: layers, start tokens, checks of options, contexts of calls, the watcher.
  batch: ['contract', 'provider-kit', 'watch', 'session'],
  config: ['contract', 'provider-kit'],
  // What sessions cost, and limits on it.
  cost: ['contract', 'provider-kit'],
  session: ['contract', 'provider-kit', 'ownership', 'watch', 'cost', 'statement'],
  // `compose*.ts` and `open-request.ts` are the composition root; the container wraps it.
  proxy: ['contract', 'provider-kit', 'spark-connect', 'session'],
  // Tools for agents; the command hands in what it shares with them.
  mcp: ['contract', 'provider-kit', 'statement', 'ownership', 'cost', 'session'],
  container: [
    'contract',
    'config',
    'batch',
    'session',
    'ownership',
    'watch',
    'compose.ts',
    'compose-batches.ts',
    'open-request.ts',
  ],
  cli: [
    'contract',
    'provider-kit',
    'statement',
    'ownership',
    'cost',
    'session',
    'batch',
    'proxy',
    'mcp',
    'config',
    'container',
    'emulator',
    'telemetry',
    'verify',
    'open-request.ts',
    'open-sessions.ts',
    'open-batches.ts',
  ],
  // What a user's own account shows: it runs sessions, and reads what the emulator assumes as data.
  verify: ['contract', 'provider-kit', 'cost', 'config', 'session', 'compose.ts'],
  telemetry: ['contract', 'provider-kit'],
  testing: ['contract', 'provider-kit'],
  conformance: ['contract', 'provider-kit'],
  // It reads the observations of a real account.
  emulator: ['contract', 'provider-kit', 'verify/observations.ts', 'verify/finding.ts', 'verify/points'],
};

/** Folders beside the providers that hold what the providers of one cloud share, with those providers; no provider themselves. */
export const SHARED_BY_PROVIDERS = {
  _aws: ['athena', 'emr-ec2', 'emr-serverless', 'glue', 'healthomics'],
};

/** The one file that imports built-in providers, and what it imports of them. */
const PROVIDER_TABLE = '^src/config/built-in-providers\\.ts$';
const PLUGINS = '^providers/[^_/][^/]*/plugin\\.ts$';

/** Matches a package however it was resolved: below `node_modules`, or not at all because it is not installed. */
export const packages = (...names) => `(^|/)node_modules/(${names.join('|')})(/|$)|^(${names.join('|')})(/|$)`;

export const ENGINES = packages('@duckdb/[^/]+', 'libsql');
export const CLOUD_SDKS = packages(
  '@aws-sdk/[^/]+',
  '@smithy/[^/]+',
  '@google-cloud/[^/]+',
  'google-gax',
  '@grpc/[^/]+',
);
/** Development dependencies whose code is in our files. */
const BUNDLED = packages('zod');
/** What `@google-cloud/dataproc` installs. */
const PARTS_OF_PEERS = packages('google-gax', 'google-auth-library', 'protobufjs', 'proto3-json-serializer');
export const DI_CONTAINER = packages('inversify', '@inversifyjs/[^/]+', 'reflect-metadata');

/** A type import leaves no trace in the JavaScript. */
const AT_RUN_TIME = { dependencyTypesNot: ['type-only', 'type-import'] };

const roomRules = Object.entries(ROOMS).map(([room, mayImport]) => ({
  name: `room-${room}`,
  comment: `src/${room} may import ${['itself', ...mayImport].join(', ')} and nothing else of ours.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: {
    path: '^(src|providers)/',
    pathNot: [`^src/(${[room, ...mayImport].join('|')})(/|$)`, ...(room === 'config' ? [PLUGINS] : [])],
  },
}));

const sharedRules = Object.entries(SHARED_BY_PROVIDERS).map(([folder, providers]) => ({
  name: `shared-${folder}`,
  comment: `providers/${folder} is for ${providers.join(', ')} alone.`,
  severity: 'error',
  from: { path: '^providers/', pathNot: `^providers/(${[folder, ...providers].join('|')})/` },
  to: { path: `^providers/${folder}/` },
}));

export default {
  forbidden: [
    ...roomRules,
    ...sharedRules,
    {
      name: 'contract-is-pure',
      comment: 'The contract imports no package and nothing of Node: it is a promise, not a program.',
      severity: 'error',
      from: { path: '^src/contract/' },
      to: { pathNot: '^src/contract/' },
    },
    {
      name: 'provider-knows-contract-only',
      comment:
        'A provider imports the contract, the provider kit, its own folder and what its cloud shares: no other provider, no session.',
      severity: 'error',
      from: { path: '^providers/([^/]+)/' },
      to: {
        path: '^(src|providers)/',
        pathNot: `^(src/(contract|provider-kit)|providers/($1|${Object.keys(SHARED_BY_PROVIDERS).join('|')}))/`,
      },
    },
    {
      name: 'one-table-of-providers',
      comment: 'Only the table of built-in providers imports them: bundlers and the start path see one list.',
      severity: 'error',
      from: { path: '^src/', pathNot: PROVIDER_TABLE },
      to: { path: '^providers/' },
    },
    {
      name: 'providers-load-lazily',
      severity: 'error',
      from: { path: PROVIDER_TABLE },
      to: { path: '^providers/', dynamic: false },
    },
    {
      name: 'container-owns-inversify',
      comment: 'Only src/container wires; everything else is plain classes and functions.',
      severity: 'error',
      from: { path: '^(src|providers)/', pathNot: '^src/container/' },
      to: { path: DI_CONTAINER },
    },
    {
      name: 'no-one-imports-cli',
      severity: 'error',
      from: { pathNot: '^(src/cli|test)/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'no-test-kit-in-the-product',
      comment:
        'What is published for tests never becomes a part of what runs; the command `emulate` is there to run it.',
      severity: 'error',
      from: {
        path: '^(src|providers)/',
        pathNot: '^src/(testing|conformance|emulator|cli/commands/emulate|cli/program)',
      },
      to: { path: '^src/(testing|conformance|emulator)/' },
    },
    {
      name: 'engines-load-lazily',
      comment:
        'SDKs and engines come by `await import()` in the one place that needs them; a missing one is one clear error.',
      severity: 'error',
      from: { path: '^(src|providers)/' },
      to: {
        path: `${ENGINES}|${CLOUD_SDKS}|${packages('confbox', 'jiti', '@modelcontextprotocol/sdk')}`,
        dynamic: false,
        ...AT_RUN_TIME,
      },
    },
    {
      name: 'product-imports-no-tools',
      comment: 'Shipped code imports declared dependencies only, optional peers and their parts among them.',
      severity: 'error',
      from: { path: '^(src|providers)/', pathNot: '^providers/_template/test/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm-peer'],
        pathNot: [BUNDLED, PARTS_OF_PEERS],
      },
    },
    {
      name: 'product-stands-alone',
      severity: 'error',
      from: { path: '^(src|providers)/' },
      to: { path: '^(test|examples|bench|\\.config)/' },
    },
    {
      name: 'examples-use-the-package',
      comment: 'Examples and the template import `anysession` as their readers will.',
      severity: 'error',
      from: { path: '^(examples|providers/_template)/' },
      to: { path: '^(src|providers|test|bench)/', pathNot: '^providers/_template/' },
    },
    {
      name: 'references-are-independent',
      comment: 'What a bench compares with imports nothing of ours.',
      severity: 'error',
      from: { path: '^bench/reference/' },
      to: { path: '^(src|providers|dist|bench/(?!reference/))|^anysession' },
    },
    {
      name: 'no-cycles',
      comment: 'Type imports count: files that name each other in their types cannot be read apart.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^(src|providers)/', pathNot: '^providers/_template/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
