import { CONTRACT_VERSION, defineBatchPlugin } from '../../src/contract/provider-plugin.ts';
import { defaultOptions } from '../../src/provider-kit/option-shape.ts';
import { findOptionsBy } from '../_aws/find-options.ts';
import { healthOmicsCapabilities } from './capabilities.ts';
import {
  HEALTHOMICS_OPTIONS_SHAPE,
  HEALTHOMICS_VARIABLES,
  parseHealthOmicsOptions,
  type HealthOmicsConfig,
} from './options.ts';
import { HealthOmicsBatchProvider } from './provider.ts';

/** AWS HealthOmics, as the config file names it: `provider: healthomics`. It has run batches and no sessions. */
export const plugin = defineBatchPlugin<HealthOmicsConfig>({
  contractVersion: CONTRACT_VERSION,
  id: 'healthomics',
  summary: 'AWS HealthOmics: run batches of workflows, for openBatches',
  // Safe: the rates have defaults.
  batchCapabilities: healthOmicsCapabilities(defaultOptions(HEALTHOMICS_OPTIONS_SHAPE) as unknown as HealthOmicsConfig),
  environmentVariables: HEALTHOMICS_VARIABLES,
  findOptions: findOptionsBy(HEALTHOMICS_VARIABLES),
  optionsSchema: () => HEALTHOMICS_OPTIONS_SHAPE,
  parseOptions: parseHealthOmicsOptions,
  createBatches: (config, ports) => new HealthOmicsBatchProvider(config, ports),
});
