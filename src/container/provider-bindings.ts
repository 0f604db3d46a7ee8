import type { ContainerModuleLoadOptions } from 'inversify';
import type { ProviderPlugin } from '../contract/provider-plugin.ts';
import { CLOCK, LOGGER, PROVIDER_ADAPTER, RANDOM, SPARK_CONNECT } from './tokens.ts';

/** Turns a plain plugin and its parsed config into the binding of its provider; makes nothing until it is asked for. */
export function bindProvider(plugin: ProviderPlugin, providerConfig: unknown) {
  return ({ bind }: ContainerModuleLoadOptions): void => {
    bind(PROVIDER_ADAPTER).toResolvedValue(
      (clock, random, logger, sparkConnect) => plugin.create(providerConfig, { clock, random, logger, sparkConnect }),
      [CLOCK, RANDOM, LOGGER, SPARK_CONNECT],
    );
  };
}
