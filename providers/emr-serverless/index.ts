import type { ConfiguredProvider } from '../../src/contract/provider-plugin.ts';
import type { EmrServerlessOptions } from './options.ts';
import { plugin } from './plugin.ts';
import type { EmrServerlessStartNative } from './start-input.ts';

export type { AwsCredentials, AwsCredentialsSource } from '../_aws/aws-options.ts';
export type { EmrServerlessOptions } from './options.ts';
export { plugin };
export type { EmrServerlessStartNative } from './start-input.ts';

/**
 * Configures EMR Serverless for `openSessions({ provider })`: `emrServerless({ region: 'eu-west-1', applicationId: '00f1r2b3c4d5e6f7' })`. The options are those of the config file;
 * `openSessions` checks them.
 */
export function emrServerless(options: EmrServerlessOptions = {}): ConfiguredProvider<EmrServerlessStartNative> {
  return { plugin, options };
}
