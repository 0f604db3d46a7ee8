import { defineCapabilities, type Capabilities } from '../../src/contract/capabilities.ts';
import type { EmrEc2Config } from './options.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The most live sessions of a cluster; its instances may allow fewer. */
export const MAX_SESSIONS = 1_000;

/** How long an endpoint's token works. */
export const TOKEN_LIFETIME_MS = HOUR_MS;

/**
 * The capabilities of sessions on a cluster of EMR on EC2.
 * @see https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-spark-connect-sessions.html (read 2026-11-30)
 */
export function emrEc2Capabilities({
  readsPerSecond,
  writesPerSecond,
}: Pick<EmrEc2Config, 'readsPerSecond' | 'writesPerSecond'>): Capabilities {
  return defineCapabilities({
    dialect: 'spark',
    sql: false,
    sparkConnect: true,
    calculations: false,
    reportsBusy: true,
    deletesRecord: false,
    // The links of EMR need the id of the YARN application, which no answer about a session has.
    dashboard: false,
    labels: true,
    size: true,
    sparkConf: true,
    idleTimeoutMs: { min: MINUTE_MS, max: 24 * HOUR_MS, default: HOUR_MS },
    maxLifetimeMs: false,
    idempotency: 'token',
    listPageSize: 100,
    listFilters: ['states'],
    tokenLifetimeMs: TOKEN_LIFETIME_MS,
    maxLiveSessions: MAX_SESSIONS,
    watchIntervalMs: { min: 2_000, max: 3_500 },
    callsPerSecond: { reads: readsPerSecond, writes: writesPerSecond },
    outlivesProcess: true,
    // The cluster is billed, not its sessions.
    usageUnits: [],
  });
}
