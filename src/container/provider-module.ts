import { ContainerModule } from 'inversify';
import type { ProviderPlugin } from '../contract/provider-plugin.ts';
import { CLOCK, LOGGER, PROVIDER_ADAPTER, RANDOM, SPARK_CONNECT } from './tokens.ts';

/** Turns a plain plugin and its parsed config into the module that binds its provider; makes nothing until it is asked for. */
export function providerModule(plugin: ProviderPlugin, providerConfig: unknown): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(PROVIDER_ADAPTER).toResolvedValue(
      (clock, random, logger, sparkConnect) => plugin.create(providerConfig, { clock, random, logger, sparkConnect }),
      [CLOCK, RANDOM, LOGGER, SPARK_CONNECT],
    );
  });
}
