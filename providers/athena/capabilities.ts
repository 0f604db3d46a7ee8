import { defineCapabilities, type Capabilities } from '../../src/contract/capabilities.ts';
import type { AthenaConfig, EngineChoice } from './options.ts';

const MINUTE_MS = 60_000;

/** How long an endpoint's token lives; the endpoint's own `expiresAtMs` is what counts. */
const TOKEN_LIFETIME_MS = 30 * MINUTE_MS;

/**
 * What sessions of one engine can do. `auto` promises what Spark 3.5 has, because a provider says what it can do before it
 * has read the workgroup; on an older workgroup what is missing then fails with `unsupported`.
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
    concurrentStatements: connects,
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
    listsFinal: false,
    tokenLifetimeMs: connects && TOKEN_LIFETIME_MS,
    // What is limited is DPUs, not sessions.
    maxLiveSessions: false,
    watchIntervalMs: { min: 2_000, max: 15_000 },
    callsPerSecond: { reads: readsPerSecond, writes: writesPerSecond },
    outlivesProcess: true,
  });
}

/** Tells whether sessions hand out Spark Connect endpoints, as far as the option says. */
export function hasSparkConnect(engine: EngineChoice): boolean {
  return engine !== 'pyspark-v3';
}
