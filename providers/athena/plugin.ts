import { CONTRACT_VERSION, definePlugin } from '../../src/contract/provider-plugin.ts';
import { defaultOptions } from '../../src/provider-kit/option-shape.ts';
import { findOptionsBy } from '../_aws/find-options.ts';
import { athenaCapabilities } from './capabilities.ts';
import { ATHENA_OPTIONS_SHAPE, ATHENA_VARIABLES, parseAthenaOptions, type AthenaConfig } from './options.ts';
import { AthenaProvider } from './provider.ts';

/** Amazon Athena for Apache Spark, as the config file names it: `provider: athena`. */
export const plugin = definePlugin<AthenaConfig>({
  contractVersion: CONTRACT_VERSION,
  id: 'athena',
  summary: 'Amazon Athena for Apache Spark: sessions of one workgroup',
  // Safe: these three have defaults.
  capabilities: athenaCapabilities(defaultOptions(ATHENA_OPTIONS_SHAPE) as unknown as AthenaConfig),
  capabilitiesOf: athenaCapabilities,
  diagnosis: async () => (await import('./diagnosis.ts')).diagnosis,
  probes: async () => (await import('./probes.ts')).probes,
  environmentVariables: ATHENA_VARIABLES,
  findOptions: findOptionsBy(ATHENA_VARIABLES),
  optionsSchema: () => ATHENA_OPTIONS_SHAPE,
  parseOptions: parseAthenaOptions,
  create: (config, ports) => new AthenaProvider(config, ports),
});
