export type { AwsCredentials, AwsCredentialsSource } from '../_aws/aws-options.ts';
export type { HealthOmicsOptions } from './options.ts';
export { plugin } from './plugin.ts';
export type { HealthOmicsRunNative } from './run-setting.ts';
