import { ContainerModule } from 'inversify';
import type { AnyPlugin, BatchPlugin, ProviderPlugin } from '../contract/provider-plugin.ts';
import { bindBatches, bindNoBatches } from './batch-bindings.ts';
import { bindProvider } from './provider-bindings.ts';
import { bindPorts, bindSessions } from './session-bindings.ts';

/** The ports, as the machine has them. */
export const portsModule = new ContainerModule(bindPorts);

/** From the bare provider to the facade. */
export const sessionModule = new ContainerModule(bindSessions);

/** Turns a plain plugin and its parsed config into the module that binds its provider. */
export function providerModule(plugin: ProviderPlugin, providerConfig: unknown): ContainerModule {
  return new ContainerModule(bindProvider(plugin, providerConfig));
}

/** From a plugin of run batches to the facade; whoever asks for sessions is told where to go. */
export function batchModule(plugin: BatchPlugin, providerConfig: unknown): ContainerModule {
  return new ContainerModule(bindBatches(plugin, providerConfig));
}

/** What a container of sessions says to whoever asks it for batches. */
export function noBatchesModule(plugin: AnyPlugin): ContainerModule {
  return new ContainerModule(bindNoBatches(plugin));
}
