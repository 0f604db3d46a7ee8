import { defineCapabilities, type Capabilities } from '../../src/contract/capabilities.ts';
import type { AthenaConfig, EngineChoice } from './options.ts';

const MINUTE_MS = 60_000;

/** The lifetime of an endpoint's token; the endpoint's `expiresAtMs` is exact. */
const TOKEN_LIFETIME_MS = 30 * MINUTE_MS;

/**
 * The capabilities of one engine's sessions. `auto` declares those of Spark 3.5, because capabilities are needed before the
 * workgroup is read; on an older workgroup the missing ones fail with `unsupported`.
 * @see https://docs.aws.amazon.com/athena/latest/ug/notebooks-spark.html (idle timeout, read 2026-11-20)
 */
export function athenaCapabilities({
  engine,
  readsPerSecond,
  writesPerSecond,
}: Pick<AthenaConfig, 'engine' | 'readsPerSecond' | 'writesPerSecond'>): Capabilities {
  const connects = hasSparkConnect(engine);
  return defineCapabilities({
    dialect: 'spark',
    sql: false,
    sparkConnect: connects,
    calculations: engine === 'pyspark-v3',
    reportsBusy: true,
    deletesRecord: false,
    dashboard: true,
    labels: true,
    size: true,
    sparkConf: true,
    idleTimeoutMs: { min: MINUTE_MS, max: 480 * MINUTE_MS, default: 20 * MINUTE_MS },
    maxLifetimeMs: false,
    idempotency: 'token',
    listPageSize: 100,
    listFilters: ['states'],
    tokenLifetimeMs: connects && TOKEN_LIFETIME_MS,
    // The quota counts DPUs, not sessions.
    maxLiveSessions: false,
    watchIntervalMs: { min: 2_000, max: 3_500 },
    callsPerSecond: { reads: readsPerSecond, writes: writesPerSecond },
    outlivesProcess: true,
    usageUnits: ['dpuHours'],
  });
}

/** Whether sessions have Spark Connect endpoints, according to the option. */
export function hasSparkConnect(engine: EngineChoice): boolean {
  return engine !== 'pyspark-v3';
}
