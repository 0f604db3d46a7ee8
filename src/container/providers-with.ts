import { builtInProviderIds, loadPlugin } from '../config/plugin-catalog.ts';
import type { Capabilities } from '../contract/capabilities.ts';

/** The ids of the built-in providers that have a capability; loads their plugins, which are plain data. */
export async function providersWith(has: (capabilities: Capabilities) => boolean): Promise<readonly string[]> {
  const plugins = await Promise.all((await builtInProviderIds()).map((id) => loadPlugin(id, undefined)));
  return plugins.filter((plugin) => has(plugin.capabilities)).map((plugin) => plugin.id);
}
