import type { EnvironmentConfig } from './config/config-options.ts';
import { providersWith } from './config/plugin-catalog.ts';
import type { Clock, Logger, Random, Tracer } from './contract/ports.ts';
import { isBatchPlugin, type AnyPlugin } from './contract/provider-plugin.ts';
import { SessionError } from './contract/session-error.ts';
import type { SessionProvider } from './contract/session-provider.ts';
import type { SparkConnectFactory, SparkConnectRunner } from './contract/spark-connect.ts';
import type { Watcher } from './contract/watcher.ts';
import type { OpenPorts } from './open-request.ts';
import { layeredProvider } from './session/layers/layered-provider.ts';
import { standardLayers } from './session/layers/standard-layers.ts';
import { Sessions } from './session/sessions.ts';
import { silentLogger, silentTracer, systemClock, systemRandom } from './session/system-ports.ts';
import { sparkConnectFactory } from './spark-connect/spark-connect-factory.ts';
import { PollingWatcher } from './watch/polling-watcher.ts';
import { RateBudget } from './watch/rate-budget.ts';

/** The ports that all parts share. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly tracer: Tracer;
}

/** The machine's clock and randomness with the caller's logger and tracer. */
export function systemPorts({ logger = silentLogger, tracer = silentTracer }: OpenPorts = {}): Ports {
  return { clock: systemClock, random: systemRandom, logger, tracer };
}

/** Wires the parts of `Sessions`. No part does I/O or loads an SDK before its first call. */
export function composeSessions(config: EnvironmentConfig, ports: Ports): Sessions {
  const { clock, random, logger, tracer } = ports;
  const sparkConnect = createSparkConnect(clock, random, logger);
  const adapter = createAdapter(config, clock, random, logger, sparkConnect);
  const provider = createProvider(adapter, clock, random, tracer, createRateBudget(clock, adapter));
  const runner = createSparkConnectRunner(provider, sparkConnect);
  const watcher = createWatcher(provider, clock, random, logger);
  return createSessions(config, provider, runner, watcher, clock, random, logger);
}

/** The factory of Spark Connect runners. */
export function createSparkConnect(clock: Clock, random: Random, logger: Logger): SparkConnectFactory {
  return sparkConnectFactory({ clock, random, logger });
}

/** The configured provider without layers. @throws SessionError `unsupported` for a provider of run batches. */
export function createAdapter(
  { plugin, providerConfig }: EnvironmentConfig,
  clock: Clock,
  random: Random,
  logger: Logger,
  sparkConnect: SparkConnectFactory,
): SessionProvider {
  if (isBatchPlugin(plugin)) throw wrongKind(plugin, 'run batches, not sessions', 'openBatches');
  return plugin.create(providerConfig, { clock, random, logger, sparkConnect });
}

/** The error for a provider that runs something else. */
export function wrongKind({ id }: AnyPlugin, runs: string, instead: string): SessionError {
  return new SessionError('unsupported', `${id} has ${runs}. Use ${instead}().`, { operation: 'open', provider: id });
}

/** The rate budget of a provider. */
export function createRateBudget(
  clock: Clock,
  { capabilities }: { readonly capabilities: Pick<SessionProvider['capabilities'], 'callsPerSecond'> },
): RateBudget {
  return new RateBudget(clock, capabilities.callsPerSecond);
}

/** The provider with all layers. */
export function createProvider(
  adapter: SessionProvider,
  clock: Clock,
  random: Random,
  tracer: Tracer,
  budget: RateBudget,
): SessionProvider {
  return layeredProvider(adapter, standardLayers({ clock, random, tracer, budget, providersWith }));
}

/** Runs SQL through the provider's endpoints, if it has any. The calls for tokens go through the layers: they are retried and budgeted. */
export function createSparkConnectRunner(
  provider: SessionProvider,
  sparkConnect: SparkConnectFactory,
): SparkConnectRunner | undefined {
  const endpointOf = provider.endpoint?.bind(provider);
  return endpointOf && sparkConnect(endpointOf);
}

/** Polls sessions while somebody waits for them. */
export function createWatcher(provider: SessionProvider, clock: Clock, random: Random, logger: Logger): Watcher {
  return new PollingWatcher({ provider, clock, random, logger });
}

/** The facade. */
export function createSessions(
  { environment, owner, session: defaults }: EnvironmentConfig,
  provider: SessionProvider,
  sparkConnect: SparkConnectRunner | undefined,
  watcher: Watcher,
  clock: Clock,
  random: Random,
  logger: Logger,
): Sessions {
  const ports = { clock, random, logger };
  return new Sessions({ ...ports, environment, owner, defaults, provider, sparkConnect, watcher, providersWith });
}
