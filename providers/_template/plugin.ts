import { defineCapabilities } from '../../src/contract/capabilities.ts';
import { CONTRACT_VERSION, definePlugin, type ProviderPlugin } from '../../src/contract/provider-plugin.ts';
import { loadOnce, loadSdk } from './client.ts';
import { optionsSchema, parseOptions, type TemplateConfig } from './options.ts';
import { TemplateProvider } from './provider.ts';

const MINUTE_MS = 60_000;

/** The folder's name, and the word in the config file. */
const ID = 'template';

/**
 * What the service can do, each answer with its page and the date you read it.
 *
 * Decide every line; none may be missing. `false` is a good answer: what is absent is refused before any request, with
 * the names of the providers that have it. What you say here chooses the cases of the conformance kit that will run.
 */
const CAPABILITIES = defineCapabilities({
  dialect: 'spark',
  sql: false,
  sparkConnect: false,
  calculations: false,
  reportsBusy: false,
  concurrentStatements: true,
  deletesRecord: false,
  dashboard: false,
  labels: true,
  size: false,
  sparkConf: false,
  idleTimeoutMs: { min: MINUTE_MS, max: 1_440 * MINUTE_MS, default: 30 * MINUTE_MS },
  maxLifetimeMs: false,
  idempotency: 'token',
  listPageSize: 50,
  listFilters: [],
  listsFinal: true,
  tokenLifetimeMs: false,
  maxLiveSessions: false,
  watchIntervalMs: { min: 1_000, max: 15_000 },
  callsPerSecond: { reads: 10, writes: 2 },
  outlivesProcess: true,
});

/** Plain data: reading it costs nothing, and making a provider of it does no I/O. */
export const plugin: ProviderPlugin = definePlugin<TemplateConfig>({
  contractVersion: CONTRACT_VERSION,
  id: ID,
  summary: 'The folder to copy for a new cloud',
  capabilities: CAPABILITIES,
  environmentVariables: { project: 'TEMPLATE_PROJECT', region: 'TEMPLATE_REGION' },
  optionsSchema,
  parseOptions,
  create: (config, { clock }) =>
    new TemplateProvider({
      id: ID,
      // It stands in every handle: enough to tell two places apart, and never a secret.
      scope: `${config.project}/${config.region}`,
      capabilities: CAPABILITIES,
      loadClient: loadOnce(() => loadSdk(config)),
      clock,
    }),
});
