import { defineCapabilities, type Capabilities } from '../../src/contract/capabilities.ts';
import type { EmrServerlessConfig } from './options.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The lifetime of every session; it cannot be changed. */
const LIFETIME_MS = 24 * HOUR_MS;

/**
 * The capabilities of EMR Serverless sessions. The model allows idle timeouts from 0 to 1 000 000 minutes; the meaning of 0
 * is not documented, and one beyond the lifetime never ends a session.
 * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-sessions.html (read 2026-11-20)
 */
export function emrServerlessCapabilities({
  readsPerSecond,
  writesPerSecond,
}: Pick<EmrServerlessConfig, 'readsPerSecond' | 'writesPerSecond'>): Capabilities {
  return defineCapabilities({
    dialect: 'spark',
    sql: false,
    sparkConnect: true,
    calculations: false,
    reportsBusy: true,
    deletesRecord: false,
    dashboard: true,
    labels: true,
    size: true,
    sparkConf: true,
    // The guide and a sample disagree about the service's default, so a timeout is always sent.
    idleTimeoutMs: { min: MINUTE_MS, max: LIFETIME_MS, default: HOUR_MS },
    maxLifetimeMs: { min: LIFETIME_MS, max: LIFETIME_MS, default: LIFETIME_MS },
    idempotency: 'token',
    listPageSize: 50,
    listFilters: ['states', 'createdAfterMs'],
    tokenLifetimeMs: HOUR_MS,
    maxLiveSessions: 25,
    watchIntervalMs: { min: 2_000, max: 3_500 },
    callsPerSecond: { reads: readsPerSecond, writes: writesPerSecond },
    outlivesProcess: true,
    usageUnits: ['vcpuHours', 'memoryGbHours', 'storageGbHours'],
  });
}
