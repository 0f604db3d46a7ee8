import type { ConfiguredProvider } from 'anysession/provider';
import type { TemplateOptions } from './options.ts';
import { plugin } from './plugin.ts';

export { plugin };
export type { TemplateOptions };

/** Configures the provider for `openSessions({ provider })`, which checks the options: `template({ project: 'research' })`. */
export function template(options: TemplateOptions): ConfiguredProvider {
  return { plugin, options };
}
