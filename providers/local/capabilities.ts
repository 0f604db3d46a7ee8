import { type Capabilities, defineCapabilities } from '../../src/contract/capabilities.ts';
import type { LocalConfig } from './options.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The maximum lifetime of sessions. */
export const LIFETIME = { min: SECOND_MS, max: 7 * DAY_MS, default: 7 * DAY_MS } as const;

const DUCKDB: Capabilities = defineCapabilities({
  dialect: 'duckdb',
  sql: true,
  sparkConnect: false,
  calculations: false,
  reportsBusy: true,
  // Other statements wait in a queue.
  deletesRecord: false,
  dashboard: false,
  labels: true,
  size: false,
  sparkConf: false,
  idleTimeoutMs: { min: 100, max: 7 * DAY_MS, default: 20 * MINUTE_MS },
  maxLifetimeMs: LIFETIME,
  idempotency: 'token',
  listPageSize: 100,
  listFilters: ['states', 'createdAfterMs', 'labels'],
  tokenLifetimeMs: false,
  maxLiveSessions: false,
  // `describe` waits for a session that opens, so the interval only matters for its end.
  watchIntervalMs: { min: 5, max: 50 },
  callsPerSecond: false,
  outlivesProcess: false,
  usageUnits: [],
});

/** Statements run concurrently on a server that other clients can join. */
const SPARK: Capabilities = defineCapabilities({
  ...DUCKDB,
  dialect: 'spark',
  sparkConnect: true,
  sparkConf: true,
  // Servers start in 0.1 to 10 s.
  watchIntervalMs: { min: 10, max: 100 },
});

/** The capabilities of sessions on an engine. */
export function localCapabilities({ engine }: Pick<LocalConfig, 'engine'>): Capabilities {
  return engine === 'duckdb' ? DUCKDB : SPARK;
}
