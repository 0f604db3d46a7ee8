import { defineCapabilities, type Capabilities } from '../../src/contract/capabilities.ts';
import type { DataprocConfig } from './options.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Both `idleTtl` and `ttl` take 10 minutes to 14 days. @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/EnvironmentConfig#ExecutionConfig (read 2026-11-20) */
const TTL = { min: 10 * MINUTE_MS, max: 14 * DAY_MS };

/**
 * No page says how long a start takes. Google's own client draws its progress for 150 seconds; nobody reports less than one minute.
 * @see https://github.com/GoogleCloudDataproc/dataproc-spark-connect-python (client/core.py, read 2026-11-20)
 */
const EXPECTED_START_MS = { min: MINUTE_MS, max: 2.5 * MINUTE_MS };

/**
 * What sessions of Dataproc can do. The service does not tell whether a session is busy: work in flight here is known here only.
 * Its Spark Connect endpoint is a tunnel over WebSocket that a Spark Connect client cannot dial, so none is handed out;
 * where it is stands in the observation.
 */
export function dataprocCapabilities({
  readsPerSecond,
  writesPerSecond,
  deleteRecord,
}: Pick<DataprocConfig, 'readsPerSecond' | 'writesPerSecond' | 'deleteRecord'>): Capabilities {
  return defineCapabilities({
    dialect: 'spark',
    sql: false,
    sparkConnect: false,
    calculations: false,
    reportsBusy: false,
    concurrentStatements: true,
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
    listsFinal: false,
    tokenLifetimeMs: false,
    maxLiveSessions: false,
    watchIntervalMs: { min: 1_100, max: 5_000 },
    expectedStartMs: EXPECTED_START_MS,
    callsPerSecond: { reads: readsPerSecond, writes: writesPerSecond },
    outlivesProcess: true,
  });
}
