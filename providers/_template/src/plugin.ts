import { CONTRACT_VERSION, defineCapabilities, definePlugin, loadOnce, type ProviderPlugin } from 'anysession/provider';
import { loadSdk } from './client.ts';
import { OPTIONS_SHAPE, parseOptions, type TemplateConfig } from './options.ts';
import { TemplateProvider } from './provider.ts';

const MINUTE_MS = 60_000;

/** The provider's name in handles and messages. */
const ID = 'template';

/**
 * What the service can do, each value with its page and the date you read it.
 *
 * Decide every line. `false` is a valid answer: an unsupported call is refused before any request, and the error names
 * the providers that support it. The capabilities select the cases of the conformance kit.
 */
const CAPABILITIES = defineCapabilities({
  dialect: 'spark',
  sql: false,
  sparkConnect: false,
  calculations: false,
  reportsBusy: false,
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
  tokenLifetimeMs: false,
  maxLiveSessions: false,
  watchIntervalMs: { min: 1_000, max: 5_000 },
  callsPerSecond: { reads: 10, writes: 2 },
  outlivesProcess: true,
  usageUnits: [],
});

/** The provider as plain data: importing it loads no SDK, and creating a provider does no I/O. */
export const plugin: ProviderPlugin = definePlugin<TemplateConfig>({
  contractVersion: CONTRACT_VERSION,
  id: ID,
  summary: 'An imaginary cloud',
  capabilities: CAPABILITIES,
  environmentVariables: { project: 'TEMPLATE_PROJECT', region: 'TEMPLATE_REGION' },
  optionsSchema: () => OPTIONS_SHAPE,
  parseOptions,
  create: (config, { clock }) =>
    new TemplateProvider({
      id: ID,
      // Part of every handle: it distinguishes two places, and holds no secret.
      scope: `${config.project}/${config.region}`,
      capabilities: CAPABILITIES,
      loadClient: loadOnce(() => loadSdk(config)),
      clock,
    }),
});
