import { CONTRACT_VERSION, definePlugin } from '../../src/contract/provider-plugin.ts';
import { defaultOptions } from '../../src/provider-kit/option-shape.ts';
import { dataprocCapabilities } from './capabilities.ts';
import { DATAPROC_OPTIONS_SHAPE, DATAPROC_VARIABLES, parseDataprocOptions, type DataprocConfig } from './options.ts';
import { DataprocProvider } from './provider.ts';

/** Google Dataproc Serverless, as the config file names it: `provider: dataproc`. */
export const plugin = definePlugin<DataprocConfig>({
  contractVersion: CONTRACT_VERSION,
  id: 'dataproc',
  summary: 'Google Dataproc Serverless: interactive sessions of one project and region',
  // Safe: all that capabilities depend on has defaults.
  capabilities: dataprocCapabilities(defaultOptions(DATAPROC_OPTIONS_SHAPE) as unknown as DataprocConfig),
  capabilitiesOf: dataprocCapabilities,
  diagnosis: async () => (await import('./diagnosis.ts')).diagnosis,
  probes: async () => (await import('./probes.ts')).probes,
  environmentVariables: DATAPROC_VARIABLES,
  optionsSchema: () => DATAPROC_OPTIONS_SHAPE,
  parseOptions: parseDataprocOptions,
  create: (config, ports) => new DataprocProvider(config, ports),
});
