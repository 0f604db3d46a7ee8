import type { ConfiguredProvider } from '../../src/contract/provider-plugin.ts';
import type { LocalOptions } from './options.ts';
import { plugin } from './plugin.ts';

export { plugin };
export type { LocalOptions } from './options.ts';

/**
 * Configures the local engines for `openSessions({ provider })`: `local({ memoryLimit: '2GB' })`. The options are those of the config file;
 * `openSessions` checks them. Its sessions take no `native`.
 */
export function local(options: LocalOptions = {}): ConfiguredProvider<never> {
  return { plugin, options };
}
