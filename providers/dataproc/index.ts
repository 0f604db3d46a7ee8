import type { ConfiguredProvider } from '../../src/contract/provider-plugin.ts';
import type { DataprocOptions } from './options.ts';
import { plugin } from './plugin.ts';
import type { DataprocStartNative } from './start-input.ts';

export type { DataprocSessionNative } from './session-native.ts';
export type { AccessToken, DataprocOptions, ServiceAccountKey } from './options.ts';
export { plugin };
export type { DataprocStartNative } from './start-input.ts';

/**
 * Configures Dataproc Serverless for `openSessions({ provider })`: `dataproc({ project: 'my-project-1', region: 'europe-west3' })`. The options are those of the config file;
 * `openSessions` checks them.
 */
export function dataproc(options: DataprocOptions = {}): ConfiguredProvider<DataprocStartNative> {
  return { plugin, options };
}
