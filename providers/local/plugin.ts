import { type Capabilities, defineCapabilities } from '../../src/contract/capabilities.ts';
import { CONTRACT_VERSION, definePlugin, type ProviderPlugin } from '../../src/contract/provider-plugin.ts';
import { ENGINE_LOADERS, loadOnce } from './client.ts';
import { LocalService } from './local-service.ts';
import { type LocalConfig, localOptionsSchema, parseLocalOptions } from './options.ts';
import { LocalProvider } from './provider.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

const LIFETIME = { min: SECOND_MS, max: 7 * DAY_MS, default: 7 * DAY_MS } as const;

const CAPABILITIES: Capabilities = defineCapabilities({
  dialect: 'duckdb',
  sql: true,
  sparkConnect: false,
  calculations: false,
  reportsBusy: true,
  // A further statement waits in line.
  concurrentStatements: false,
  deletesRecord: false,
  dashboard: false,
  labels: true,
  size: false,
  sparkConf: false,
  idleTimeoutMs: { min: 100, max: 7 * DAY_MS, default: 20 * MINUTE_MS },
  maxLifetimeMs: LIFETIME,
  idempotency: 'token',
  listPageSize: 100,
  listFilters: ['states', 'createdAfterMs', 'labels'],
  listsFinal: false,
  tokenLifetimeMs: false,
  maxLiveSessions: false,
  // A look at a session that is being opened waits for it, so the pauses only matter for its end.
  watchIntervalMs: { min: 5, max: 50 },
  callsPerSecond: false,
  outlivesProcess: false,
});

/** The local provider: sessions in this very process, on DuckDB. */
export const plugin: ProviderPlugin = definePlugin<LocalConfig>({
  contractVersion: CONTRACT_VERSION,
  id: 'local',
  summary: 'Sessions in this process on DuckDB: no cloud, no cost, DuckDB SQL',
  capabilities: CAPABILITIES,
  optionsSchema: localOptionsSchema,
  environmentVariables: {},
  parseOptions: parseLocalOptions,
  create: (config, { clock, random }) => {
    const loadEngine = loadOnce(ENGINE_LOADERS[config.engine]);
    const service = new LocalService({ config, loadEngine, maxLifetimeMs: LIFETIME.default, clock, random });
    return new LocalProvider({ id: 'local', scope: config.engine, capabilities: CAPABILITIES, service, clock });
  },
});
