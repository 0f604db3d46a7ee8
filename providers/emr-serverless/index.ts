export type { AwsCredentials, AwsCredentialsSource } from './aws/aws-options.ts';
export type { EmrServerlessOptions } from './options.ts';
export { plugin } from './plugin.ts';
export type { EmrServerlessStartNative } from './start-input.ts';
