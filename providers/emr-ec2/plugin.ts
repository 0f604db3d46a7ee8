import { CONTRACT_VERSION, definePlugin } from '../../src/contract/provider-plugin.ts';
import { defaultOptions } from '../../src/provider-kit/option-shape.ts';
import { findOptionsBy } from '../_aws/find-options.ts';
import { emrEc2Capabilities } from './capabilities.ts';
import { EMR_EC2_OPTIONS_SHAPE, EMR_EC2_VARIABLES, parseEmrEc2Options, type EmrEc2Config } from './options.ts';
import { EmrEc2Provider } from './provider.ts';

/** Amazon EMR on EC2, as the config file names it: `provider: emr-ec2`. */
export const plugin = definePlugin<EmrEc2Config>({
  contractVersion: CONTRACT_VERSION,
  id: 'emr-ec2',
  summary: 'Amazon EMR on EC2: interactive sessions on one cluster',
  // Safe: the two rates have defaults.
  capabilities: emrEc2Capabilities(defaultOptions(EMR_EC2_OPTIONS_SHAPE) as unknown as EmrEc2Config),
  capabilitiesOf: emrEc2Capabilities,
  diagnosis: async () => (await import('./diagnosis.ts')).diagnosis,
  probes: async () => (await import('./probes.ts')).probes,
  environmentVariables: EMR_EC2_VARIABLES,
  findOptions: findOptionsBy(EMR_EC2_VARIABLES),
  optionsSchema: () => EMR_EC2_OPTIONS_SHAPE,
  parseOptions: parseEmrEc2Options,
  create: (config, ports) => new EmrEc2Provider(config, ports),
});
