import { builtInPlugins } from '../config/plugin-catalog.ts';
import type { Capabilities } from '../contract/capabilities.ts';

/** The ids of the built-in providers that have a capability; loads their plugins, which are plain data. */
export async function providersWith(has: (capabilities: Capabilities) => boolean): Promise<readonly string[]> {
  const plugins = await builtInPlugins();
  return [...plugins].filter(([, { capabilities }]) => has(capabilities)).map(([id]) => id);
}
