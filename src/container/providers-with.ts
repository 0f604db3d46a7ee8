import { builtInPlugins } from '../config/plugin-catalog.ts';
import { isBatchPlugin } from '../contract/provider-plugin.ts';
import type { Capabilities } from '../contract/capabilities.ts';

/** The ids of the built-in providers of sessions that have a capability; loads their plugins, which are plain data. */
export async function providersWith(has: (capabilities: Capabilities) => boolean): Promise<readonly string[]> {
  const plugins = await builtInPlugins();
  return [...plugins].filter(([, plugin]) => !isBatchPlugin(plugin) && has(plugin.capabilities)).map(([id]) => id);
}
