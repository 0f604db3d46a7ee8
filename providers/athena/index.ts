export type { AwsCredentials, AwsCredentialsSource } from '../_aws/aws-options.ts';
export type { AthenaEngine, AthenaOptions, Classification, EngineChoice } from './options.ts';
export { plugin } from './plugin.ts';
export type { AthenaStartNative } from './start-input.ts';
