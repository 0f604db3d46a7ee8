import { awsPlugin } from '../_aws/aws-plugin.ts';
import { glueCapabilities } from './capabilities.ts';
import { GLUE_OPTIONS_SHAPE, GLUE_VARIABLES, type GlueConfig } from './options.ts';
import { GlueSessions } from './provider.ts';

/** AWS Glue, as the config file names it: `provider: glue`. */
export const plugin = awsPlugin<GlueConfig>({
  id: 'glue',
  summary: 'AWS Glue: interactive sessions of one account and region',
  diagnosis: async () => (await import('./diagnosis.ts')).diagnosis,
  capabilities: glueCapabilities,
  variables: GLUE_VARIABLES,
  shape: GLUE_OPTIONS_SHAPE,
  service: (config, ports) => new GlueSessions(config, ports),
});
