export type { AwsCredentials, AwsCredentialsSource } from '../_aws/aws-options.ts';
export type { EmrServerlessOptions } from './options.ts';
export { plugin } from './plugin.ts';
export type { EmrServerlessStartNative } from './start-input.ts';
