import { awsPlugin } from '../_aws/aws-plugin.ts';
import { emrEc2Capabilities } from './capabilities.ts';
import { EMR_EC2_OPTIONS_SHAPE, EMR_EC2_VARIABLES, type EmrEc2Config } from './options.ts';
import { EmrEc2Sessions } from './provider.ts';

/** Amazon EMR on EC2, as the config file names it: `provider: emr-ec2`. */
export const plugin = awsPlugin<EmrEc2Config>({
  id: 'emr-ec2',
  summary: 'Amazon EMR on EC2: interactive sessions on one cluster',
  diagnosis: async () => (await import('./diagnosis.ts')).diagnosis,
  capabilities: emrEc2Capabilities,
  variables: EMR_EC2_VARIABLES,
  shape: EMR_EC2_OPTIONS_SHAPE,
  service: (config, ports) => new EmrEc2Sessions(config, ports),
});
