import { awsPlugin } from '../_aws/aws-plugin.ts';
import { emrServerlessCapabilities } from './capabilities.ts';
import { EMR_SERVERLESS_OPTIONS_SHAPE, EMR_SERVERLESS_VARIABLES, type EmrServerlessConfig } from './options.ts';
import { EmrServerlessSessions } from './provider.ts';

/** Amazon EMR Serverless, as the config file names it: `provider: emr-serverless`. */
export const plugin = awsPlugin<EmrServerlessConfig>({
  id: 'emr-serverless',
  summary: 'Amazon EMR Serverless: interactive sessions of one application',
  diagnosis: async () => (await import('./diagnosis.ts')).diagnosis,
  capabilities: emrServerlessCapabilities,
  variables: EMR_SERVERLESS_VARIABLES,
  shape: EMR_SERVERLESS_OPTIONS_SHAPE,
  service: (config, ports) => new EmrServerlessSessions(config, ports),
});
