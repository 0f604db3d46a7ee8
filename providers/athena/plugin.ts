import { awsPlugin } from '../_aws/aws-plugin.ts';
import { athenaCapabilities } from './capabilities.ts';
import { ATHENA_OPTIONS_SHAPE, ATHENA_VARIABLES, parseAthenaOptions, type AthenaConfig } from './options.ts';
import { AthenaSessions } from './provider.ts';

/** Amazon Athena for Apache Spark, as the config file names it: `provider: athena`. */
export const plugin = awsPlugin<AthenaConfig>({
  id: 'athena',
  summary: 'Amazon Athena for Apache Spark: sessions of one workgroup',
  diagnosis: async () => (await import('./diagnosis.ts')).diagnosis,
  capabilities: athenaCapabilities,
  variables: ATHENA_VARIABLES,
  shape: ATHENA_OPTIONS_SHAPE,
  parse: parseAthenaOptions,
  service: (config, ports) => new AthenaSessions(config, ports),
});
