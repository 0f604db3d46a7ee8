import type { ConfiguredProvider } from '../../src/contract/provider-plugin.ts';
import type { GlueOptions } from './options.ts';
import { plugin } from './plugin.ts';
import type { GlueStartNative } from './start-input.ts';

export type { AwsCredentials, AwsCredentialsSource } from '../_aws/aws-options.ts';
export type { GlueOptions, GlueSessionType } from './options.ts';
export { plugin };
export type { GlueStartNative } from './start-input.ts';

/**
 * Configures Glue for `openSessions({ provider })`: `glue({ region: 'eu-west-1', roleArn: 'arn:aws:iam::123456789012:role/glue' })`. The options are those of the config file;
 * `openSessions` checks them.
 */
export function glue(options: GlueOptions = {}): ConfiguredProvider<GlueStartNative> {
  return { plugin, options };
}
