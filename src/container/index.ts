export { createContainer, type ContainerRequest } from './create-container.ts';
export { providerModule } from './provider-module.ts';
export { portsModule, sessionModule } from './session-module.ts';
export { batchModule, noBatchesModule } from './batch-module.ts';
export {
  BATCH_ADAPTER,
  BATCH_PROVIDER,
  BATCHES,
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
