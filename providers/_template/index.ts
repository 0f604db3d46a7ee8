import type { ConfiguredProvider } from '../../src/contract/provider-plugin.ts';
import type { TemplateOptions } from './options.ts';
import { plugin } from './plugin.ts';

export { plugin };
export type { TemplateOptions } from './options.ts';

/**
 * Configures the template for `openSessions({ provider })`: `template({ project: 'p', region: 'r' })`. The options are those of the config file;
 * `openSessions` checks them.
 */
export function template(options: TemplateOptions): ConfiguredProvider {
  return { plugin, options };
}
