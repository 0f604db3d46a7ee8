import type { ConfiguredProvider } from '../../src/contract/provider-plugin.ts';
import type { AthenaOptions } from './options.ts';
import { plugin } from './plugin.ts';
import type { AthenaStartNative } from './start-input.ts';

export type { AwsCredentials, AwsCredentialsSource } from '../_aws/aws-options.ts';
export type { AthenaEngine, AthenaOptions, Classification, EngineChoice } from './options.ts';
export { plugin };
export type { AthenaStartNative } from './start-input.ts';

/**
 * Configures Athena for Apache Spark for `openSessions({ provider })`: `athena({ region: 'eu-west-1', workgroup: 'spark' })`. The options are those of the config file;
 * `openSessions` checks them.
 */
export function athena(options: AthenaOptions = {}): ConfiguredProvider<AthenaStartNative> {
  return { plugin, options };
}
