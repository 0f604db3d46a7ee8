import { defineCapabilities, type Capabilities } from '../../src/contract/capabilities.ts';
import type { GlueConfig } from './options.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The longest timeout that Glue documents, for its jobs: seven days. The model of sessions has no maximum. */
const MAX_MS = 7 * 24 * HOUR_MS;

/** The lifetime of an endpoint's token is not documented; `expiresAtMs` of the endpoint is exact. */
const TOKEN_LIFETIME_MS = 30 * MINUTE_MS;

/**
 * The capabilities of Glue sessions. The service does not report whether a session is busy: only work of this process counts.
 * A `livy` session runs code blocks and no SQL, a `spark-connect` session the reverse.
 * @see https://docs.aws.amazon.com/glue/latest/webapi/API_CreateSession.html (timeouts, read 2026-11-29)
 */
export function glueCapabilities({
  sessionType,
  deleteRecord,
  readsPerSecond,
  writesPerSecond,
}: Pick<GlueConfig, 'sessionType' | 'deleteRecord' | 'readsPerSecond' | 'writesPerSecond'>): Capabilities {
  const connects = sessionType === 'spark-connect';
  return defineCapabilities({
    dialect: 'spark',
    sql: false,
    sparkConnect: connects,
    calculations: !connects,
    reportsBusy: false,
    deletesRecord: deleteRecord,
    dashboard: true,
    labels: true,
    size: true,
    sparkConf: true,
    idleTimeoutMs: { min: MINUTE_MS, max: MAX_MS, default: HOUR_MS },
    maxLifetimeMs: { min: MINUTE_MS, max: MAX_MS, default: 48 * HOUR_MS },
    idempotency: 'name',
    listPageSize: 1_000,
    listFilters: ['labels'],
    tokenLifetimeMs: connects && TOKEN_LIFETIME_MS,
    // The quota counts DPUs, not sessions.
    maxLiveSessions: false,
    watchIntervalMs: { min: 2_000, max: 3_500 },
    callsPerSecond: { reads: readsPerSecond, writes: writesPerSecond },
    outlivesProcess: true,
    usageUnits: ['dpuHours'],
  });
}
