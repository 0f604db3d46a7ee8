export type { AwsCredentials, AwsCredentialsSource } from '../_aws/aws-options.ts';
export type { HealthOmicsRunNative } from './native-setting.ts';
export type { HealthOmicsOptions } from './options.ts';
export { plugin } from './plugin.ts';
