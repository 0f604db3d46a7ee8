import type { ConfiguredBatchProvider } from '../../src/contract/provider-plugin.ts';
import type { HealthOmicsOptions } from './options.ts';
import { plugin } from './plugin.ts';

export type { AwsCredentials, AwsCredentialsSource } from '../_aws/aws-options.ts';
export type { HealthOmicsRunNative } from './native-setting.ts';
export type { HealthOmicsOptions } from './options.ts';
export { plugin };

/**
 * Configures HealthOmics for `openBatches({ provider })`: `healthomics({ region: 'eu-west-1' })`. The options are those of the config file;
 * `openBatches` checks them.
 */
export function healthomics(options: HealthOmicsOptions = {}): ConfiguredBatchProvider {
  return { plugin, options };
}
