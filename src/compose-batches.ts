import { Batches } from './batch/batches.ts';
import { layeredBatchProvider } from './batch/layered-batch-provider.ts';
import { createRateBudget, wrongKind, type Ports } from './compose.ts';
import type { EnvironmentConfig } from './config/config-options.ts';
import type { BatchProvider } from './contract/batch-provider.ts';
import type { Clock, Logger, Metrics, Random, RequestObserver, Tracer } from './contract/ports.ts';
import { isBatchPlugin } from './contract/provider-plugin.ts';
import { commonLayers } from './session/layers/standard-layers.ts';
import { silentLogger, silentMetrics } from './session/system-ports.ts';
import { SharedPoller } from './watch/shared-poller.ts';
import type { RateBudget } from './watch/rate-budget.ts';

/** Wires the parts of `Batches`. No part does I/O or loads an SDK before its first call. */
export function composeBatches(config: EnvironmentConfig, ports: Ports): Batches {
  const { clock, random, logger, tracer, metrics, requests } = ports;
  const adapter = createBatchAdapter(config, clock, random, logger, requests);
  const provider = createBatchProvider(
    adapter,
    clock,
    random,
    tracer,
    createRateBudget(ports, adapter),
    logger,
    metrics,
  );
  return createBatches(config, provider, clock, random, logger);
}

/** The configured provider without layers. @throws SessionError `unsupported` for a provider of sessions. */
export function createBatchAdapter(
  { plugin, providerConfig }: EnvironmentConfig,
  clock: Clock,
  random: Random,
  logger: Logger,
  requests: RequestObserver | undefined,
): BatchProvider {
  if (!isBatchPlugin(plugin)) throw wrongKind(plugin, 'sessions, not run batches', 'openSessions');
  return plugin.createBatches(providerConfig, { clock, random, logger, ...(requests && { requests }) });
}

/** The provider with all layers. */
export function createBatchProvider(
  adapter: BatchProvider,
  clock: Clock,
  random: Random,
  tracer: Tracer,
  budget: RateBudget,
  logger: Logger = silentLogger,
  metrics: Metrics = silentMetrics,
): BatchProvider {
  return layeredBatchProvider(adapter, commonLayers({ clock, random, tracer, logger, metrics, budget }));
}

/** The facade. */
export function createBatches(
  { environment, owner }: EnvironmentConfig,
  provider: BatchProvider,
  clock: Clock,
  random: Random,
  logger: Logger,
): Batches {
  const watcher = new SharedPoller({ provider, clock, random, logger });
  return new Batches({ environment, owner, provider, watcher, clock, random, logger });
}
