import { defineCapabilities } from '../contract/capabilities.ts';

/** What a scripted service can do by default: almost everything, with limits small enough to reach in a test. */
export const SCRIPTED_CAPABILITIES = defineCapabilities({
  dialect: 'duckdb',
  sql: true,
  sparkConnect: true,
  calculations: false,
  reportsBusy: true,
  deletesRecord: false,
  dashboard: true,
  labels: true,
  size: false,
  sparkConf: false,
  idleTimeoutMs: { min: 60_000, max: 28_800_000, default: 1_200_000 },
  maxLifetimeMs: { min: 60_000, max: 86_400_000, default: 86_400_000 },
  idempotency: 'token',
  listPageSize: 5,
  listFilters: ['states', 'createdAfterMs', 'labels'],
  tokenLifetimeMs: 900_000,
  maxLiveSessions: 25,
  watchIntervalMs: { min: 500, max: 10_000 },
  callsPerSecond: false,
  outlivesProcess: true,
  usageUnits: [],
});
