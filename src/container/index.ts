export { createContainer, type ContainerRequest } from './create-container.ts';
export { batchModule, portsModule, sessionModule } from './modules.ts';
export {
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
  REQUESTS,
  SESSION_PROVIDER,
  SESSIONS,
  SPARK_CONNECT,
  SPARK_CONNECT_RUNNER,
  TRACER,
  WATCHER,
} from './tokens.ts';
