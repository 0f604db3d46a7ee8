import { defineCapabilities, type Capabilities } from '../../src/contract/capabilities.ts';
import type { DataprocConfig } from './options.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Both `idleTtl` and `ttl` can be 10 minutes to 14 days. @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/EnvironmentConfig#ExecutionConfig (read 2026-11-20) */
const TTL = { min: 10 * MINUTE_MS, max: 14 * DAY_MS };

/**
 * The capabilities of Dataproc sessions. The service does not report whether a session is busy: only work of this process counts.
 * A Jupyter session has no Spark Connect.
 */
export function dataprocCapabilities({
  readsPerSecond,
  writesPerSecond,
  deleteRecord,
  sessionType,
}: Pick<DataprocConfig, 'readsPerSecond' | 'writesPerSecond' | 'deleteRecord' | 'sessionType'>): Capabilities {
  return defineCapabilities({
    dialect: 'spark',
    sql: false,
    sparkConnect: sessionType === 'spark-connect',
    calculations: false,
    reportsBusy: false,
    deletesRecord: deleteRecord,
    dashboard: false,
    labels: true,
    size: true,
    sparkConf: true,
    idleTimeoutMs: { ...TTL, default: HOUR_MS },
    maxLifetimeMs: { ...TTL, default: DAY_MS },
    idempotency: 'name',
    listPageSize: 1_000,
    listFilters: ['states', 'createdAfterMs', 'labels'],
    tokenLifetimeMs: false,
    maxLiveSessions: false,
    // Google's client pauses 2.5 s on average.
    watchIntervalMs: { min: 2_000, max: 3_000 },
    callsPerSecond: { reads: readsPerSecond, writes: writesPerSecond },
    outlivesProcess: true,
    usageUnits: ['dcuHours', 'storageGbHours'],
  });
}
