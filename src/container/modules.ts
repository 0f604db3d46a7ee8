import { ContainerModule } from 'inversify';
import * as batches from '../compose-batches.ts';
import * as sessions from '../compose.ts';
import { isBatchPlugin } from '../contract/provider-plugin.ts';
import { silentLogger } from '../session/system-ports.ts';
import {
  BATCH_ADAPTER,
  BATCH_PROVIDER,
  BATCHES,
  CLOCK,
  ENVIRONMENT_CONFIG,
  HOLDERS,
  LOGGER,
  METRICS,
  PROVIDER_ADAPTER,
  RANDOM,
  RATE_BUDGET,
  SESSION_PROVIDER,
  SESSIONS,
  REQUESTS,
  SPARK_CONNECT,
  SPARK_CONNECT_RUNNER,
  TRACER,
  WATCHER,
} from './tokens.ts';

/** The system's ports, and the rate budget that sessions and batches share. */
export const portsModule = new ContainerModule(({ bind }) => {
  const { clock, random, tracer, metrics } = sessions.systemPorts({ logger: silentLogger });
  bind(CLOCK).toConstantValue(clock);
  bind(RANDOM).toConstantValue(random);
  // Not before it is needed: a wrong value of ANYSESSION_LOG does not matter to those who bind a logger.
  bind(LOGGER).toDynamicValue(() => sessions.systemPorts().logger);
  bind(TRACER).toConstantValue(tracer);
  bind(METRICS).toConstantValue(metrics);
  bind(REQUESTS).toDynamicValue(() => undefined);
  bind(RATE_BUDGET).toDynamicValue((context) => {
    const isBatch = isBatchPlugin(context.get(ENVIRONMENT_CONFIG).plugin);
    const adapter = isBatch ? context.get(BATCH_ADAPTER) : context.get(PROVIDER_ADAPTER);
    const ports = { clock: context.get(CLOCK), logger: context.get(LOGGER) };
    return sessions.createRateBudget(ports, adapter);
  });
});

/** From the configured provider to `Sessions`. Constructors do no I/O, so that no binding caches a failure. */
export const sessionModule = new ContainerModule(({ bind }) => {
  bind(SPARK_CONNECT).toResolvedValue(sessions.createSparkConnect, [CLOCK, RANDOM, LOGGER]);
  bind(PROVIDER_ADAPTER).toResolvedValue(sessions.createAdapter, [
    ENVIRONMENT_CONFIG,
    CLOCK,
    RANDOM,
    LOGGER,
    SPARK_CONNECT,
    REQUESTS,
  ]);
  bind(SESSION_PROVIDER).toResolvedValue(sessions.createProvider, [
    PROVIDER_ADAPTER,
    CLOCK,
    RANDOM,
    TRACER,
    RATE_BUDGET,
    LOGGER,
    METRICS,
  ]);
  bind(SPARK_CONNECT_RUNNER).toResolvedValue(sessions.createSparkConnectRunner, [SESSION_PROVIDER, SPARK_CONNECT]);
  bind(WATCHER).toResolvedValue(sessions.createWatcher, [SESSION_PROVIDER, CLOCK, RANDOM, LOGGER, RATE_BUDGET]);
  bind(HOLDERS).toResolvedValue(sessions.createHolders, [CLOCK, RANDOM, LOGGER]);
  bind(SESSIONS).toResolvedValue(sessions.createSessions, [
    ENVIRONMENT_CONFIG,
    SESSION_PROVIDER,
    SPARK_CONNECT_RUNNER,
    WATCHER,
    HOLDERS,
    CLOCK,
    RANDOM,
    LOGGER,
    TRACER,
    METRICS,
  ]);
});

/** From the configured provider to `Batches`. */
export const batchModule = new ContainerModule(({ bind }) => {
  bind(BATCH_ADAPTER).toResolvedValue(batches.createBatchAdapter, [
    ENVIRONMENT_CONFIG,
    CLOCK,
    RANDOM,
    LOGGER,
    REQUESTS,
  ]);
  bind(BATCH_PROVIDER).toResolvedValue(batches.createBatchProvider, [
    BATCH_ADAPTER,
    CLOCK,
    RANDOM,
    TRACER,
    RATE_BUDGET,
    LOGGER,
    METRICS,
  ]);
  bind(BATCHES).toResolvedValue(batches.createBatches, [ENVIRONMENT_CONFIG, BATCH_PROVIDER, CLOCK, RANDOM, LOGGER]);
});
