import type { ConfiguredProvider } from '../../src/contract/provider-plugin.ts';
import type { EmrEc2Options } from './options.ts';
import { plugin } from './plugin.ts';
import type { EmrEc2StartNative } from './start-input.ts';

export type { AwsCredentials, AwsCredentialsSource } from '../_aws/aws-options.ts';
export type { EmrEc2Classification, EmrEc2Monitoring, EmrEc2Options } from './options.ts';
export { plugin };
export type { EmrEc2StartNative } from './start-input.ts';

/**
 * Configures EMR on EC2 for `openSessions({ provider })`: `emrEc2({ region: 'eu-west-1', clusterId: 'j-2AXXXXXXGAPLF' })`. The options are
 * those of the config file; `openSessions` checks them.
 */
export function emrEc2(options: EmrEc2Options = {}): ConfiguredProvider<EmrEc2StartNative> {
  return { plugin, options };
}
