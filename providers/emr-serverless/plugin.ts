import { CONTRACT_VERSION, definePlugin } from '../../src/contract/provider-plugin.ts';
import { defaultOptions } from '../../src/provider-kit/option-shape.ts';
import { findOptionsBy } from '../_aws/find-options.ts';
import { emrServerlessCapabilities } from './capabilities.ts';
import {
  EMR_SERVERLESS_OPTIONS_SHAPE,
  EMR_SERVERLESS_VARIABLES,
  parseEmrServerlessOptions,
  type EmrServerlessConfig,
} from './options.ts';
import { EmrServerlessProvider } from './provider.ts';

/** Amazon EMR Serverless, as the config file names it: `provider: emr-serverless`. */
export const plugin = definePlugin<EmrServerlessConfig>({
  contractVersion: CONTRACT_VERSION,
  id: 'emr-serverless',
  summary: 'Amazon EMR Serverless: interactive sessions of one application',
  // Safe: the two rates have defaults.
  capabilities: emrServerlessCapabilities(
    defaultOptions(EMR_SERVERLESS_OPTIONS_SHAPE) as unknown as EmrServerlessConfig,
  ),
  capabilitiesOf: emrServerlessCapabilities,
  diagnosis: async () => (await import('./diagnosis.ts')).diagnosis,
  probes: async () => (await import('./probes.ts')).probes,
  environmentVariables: EMR_SERVERLESS_VARIABLES,
  findOptions: findOptionsBy(EMR_SERVERLESS_VARIABLES),
  optionsSchema: () => EMR_SERVERLESS_OPTIONS_SHAPE,
  parseOptions: parseEmrServerlessOptions,
  create: (config, ports) => new EmrServerlessProvider(config, ports),
});
