export type { DataprocSessionNative } from './session-native.ts';
export type { AccessToken, DataprocOptions, ServiceAccountKey } from './options.ts';
export { plugin } from './plugin.ts';
export type { DataprocStartNative } from './start-input.ts';
