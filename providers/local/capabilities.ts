import { type Capabilities, defineCapabilities } from '../../src/contract/capabilities.ts';
import type { LocalConfig } from './options.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How long sessions live; the default where a start says nothing. */
export const LIFETIME = { min: SECOND_MS, max: 7 * DAY_MS, default: 7 * DAY_MS } as const;

const DUCKDB: Capabilities = defineCapabilities({
  dialect: 'duckdb',
  sql: true,
  sparkConnect: false,
  calculations: false,
  reportsBusy: true,
  // A further statement waits in line.
  concurrentStatements: false,
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
  listsFinal: false,
  tokenLifetimeMs: false,
  maxLiveSessions: false,
  // A look at a session that is being opened waits for it, so the pauses only matter for its end.
  watchIntervalMs: { min: 5, max: 50 },
  callsPerSecond: false,
  outlivesProcess: false,
});

/** The same sessions, with statements that run side by side on a server which others may join. */
const SPARK: Capabilities = defineCapabilities({
  ...DUCKDB,
  dialect: 'spark',
  sparkConnect: true,
  sparkConf: true,
  concurrentStatements: true,
  // Servers take from a tenth of a second to ten to start.
  watchIntervalMs: { min: 10, max: 100 },
});

/** What sessions on an engine can do. */
export function localCapabilities({ engine }: Pick<LocalConfig, 'engine'>): Capabilities {
  return engine === 'duckdb' ? DUCKDB : SPARK;
}
