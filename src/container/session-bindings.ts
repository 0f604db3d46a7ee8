import type { ContainerModuleLoadOptions } from 'inversify';
import { providersWith } from './providers-with.ts';
import { layeredProvider } from '../session/layers/layered-provider.ts';
import { standardLayers } from '../session/layers/standard-layers.ts';
import { Sessions } from '../session/sessions.ts';
import { silentLogger, silentTracer, systemClock, systemRandom } from '../session/system-ports.ts';
import { sparkConnectFactory } from '../spark-connect/spark-connect-factory.ts';
import { PollingWatcher } from '../watch/polling-watcher.ts';
import { RateBudget } from '../watch/rate-budget.ts';
import {
  CLOCK,
  ENVIRONMENT_CONFIG,
  LOGGER,
  PROVIDER_ADAPTER,
  RANDOM,
  RATE_BUDGET,
  SESSION_PROVIDER,
  SESSIONS,
  SPARK_CONNECT,
  SPARK_CONNECT_RUNNER,
  TRACER,
  WATCHER,
} from './tokens.ts';

/** The ports, as the machine has them. */
export function bindPorts({ bind }: ContainerModuleLoadOptions): void {
  bind(CLOCK).toConstantValue(systemClock);
  bind(RANDOM).toConstantValue(systemRandom);
  bind(LOGGER).toConstantValue(silentLogger);
  bind(TRACER).toConstantValue(silentTracer);
}

/** From the bare provider to the facade. Constructors do no I/O, so that no binding is ever stuck with a failure. */
export function bindSessions({ bind }: ContainerModuleLoadOptions): void {
  bind(RATE_BUDGET).toResolvedValue(
    (clock, adapter) => new RateBudget(clock, adapter.capabilities.callsPerSecond),
    [CLOCK, PROVIDER_ADAPTER],
  );
  bind(SESSION_PROVIDER).toResolvedValue(
    (adapter, clock, random, tracer, budget) =>
      layeredProvider(adapter, standardLayers({ clock, random, tracer, budget, providersWith })),
    [PROVIDER_ADAPTER, CLOCK, RANDOM, TRACER, RATE_BUDGET],
  );
  bind(SPARK_CONNECT).toResolvedValue(
    (clock, random, logger) => sparkConnectFactory({ clock, random, logger }),
    [CLOCK, RANDOM, LOGGER],
  );
  // Over the layered provider, so that asking for a token is retried and counts in the rate budget as any call.
  bind(SPARK_CONNECT_RUNNER).toResolvedValue(
    (provider, sparkConnect) => {
      const endpointOf = provider.endpoint?.bind(provider);
      return endpointOf && sparkConnect(endpointOf);
    },
    [SESSION_PROVIDER, SPARK_CONNECT],
  );
  bind(WATCHER).toResolvedValue(
    (provider, clock, random, logger) => new PollingWatcher({ provider, clock, random, logger }),
    [SESSION_PROVIDER, CLOCK, RANDOM, LOGGER],
  );
  bind(SESSIONS).toResolvedValue(
    ({ environment, owner, session: defaults }, provider, sparkConnect, watcher, clock, random, logger) =>
      new Sessions({
        environment,
        owner,
        defaults,
        provider,
        sparkConnect,
        watcher,
        clock,
        random,
        logger,
        providersWith,
      }),
    [ENVIRONMENT_CONFIG, SESSION_PROVIDER, SPARK_CONNECT_RUNNER, WATCHER, CLOCK, RANDOM, LOGGER],
  );
}
