import { CONTRACT_VERSION, definePlugin } from '../../src/contract/provider-plugin.ts';
import { defaultOptions } from '../../src/provider-kit/option-shape.ts';
import { findOptionsBy } from '../_aws/find-options.ts';
import { glueCapabilities } from './capabilities.ts';
import { GLUE_OPTIONS_SHAPE, GLUE_VARIABLES, parseGlueOptions, type GlueConfig } from './options.ts';
import { GlueProvider } from './provider.ts';

/** AWS Glue, as the config file names it: `provider: glue`. */
export const plugin = definePlugin<GlueConfig>({
  contractVersion: CONTRACT_VERSION,
  id: 'glue',
  summary: 'AWS Glue: interactive sessions of one account and region',
  // Safe: all that capabilities depend on has defaults.
  capabilities: glueCapabilities(defaultOptions(GLUE_OPTIONS_SHAPE) as unknown as GlueConfig),
  capabilitiesOf: glueCapabilities,
  diagnosis: async () => (await import('./diagnosis.ts')).diagnosis,
  probes: async () => (await import('./probes.ts')).probes,
  environmentVariables: GLUE_VARIABLES,
  findOptions: findOptionsBy(GLUE_VARIABLES),
  optionsSchema: () => GLUE_OPTIONS_SHAPE,
  parseOptions: parseGlueOptions,
  create: (config, ports) => new GlueProvider(config, ports),
});
