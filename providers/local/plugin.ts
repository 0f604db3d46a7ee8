import { CONTRACT_VERSION, definePlugin, type ProviderPlugin } from '../../src/contract/provider-plugin.ts';
import { LIFETIME, localCapabilities } from './capabilities.ts';
import { loadOnce } from '../../src/provider-kit/load-once.ts';
import { engineLoader } from './client.ts';
import { LocalService } from './local-service.ts';
import { engineScope, LOCAL_OPTIONS_SHAPE, parseLocalOptions, type LocalConfig } from './options.ts';
import { LocalProvider } from './provider.ts';

/** The local provider: sessions on this machine, on DuckDB or on a Spark Connect server. */
export const plugin: ProviderPlugin = definePlugin<LocalConfig>({
  contractVersion: CONTRACT_VERSION,
  id: 'local',
  summary: 'Sessions on this machine, on DuckDB, Sail or Apache Spark: no cloud, no cost',
  capabilities: localCapabilities({ engine: 'duckdb' }),
  capabilitiesOf: localCapabilities,
  optionsSchema: () => LOCAL_OPTIONS_SHAPE,
  environmentVariables: {},
  parseOptions: parseLocalOptions,
  create: (config, ports) => {
    const { clock, random } = ports;
    const loadEngine = loadOnce(engineLoader(config, ports));
    const service = new LocalService({ config, loadEngine, maxLifetimeMs: LIFETIME.default, clock, random });
    const capabilities = localCapabilities(config);
    return new LocalProvider({ id: 'local', scope: engineScope(config), capabilities, service, clock });
  },
});
