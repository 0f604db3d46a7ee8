import type { UsageUnit } from './usage.ts';
import { LONGEST_LIFETIME_MS } from './ownership.ts';

/** A range with the default inside it; milliseconds. */
export interface DurationRange {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** The SQL that sessions of a provider speak. */
export type SqlDialect = 'duckdb' | 'spark';

/** What `listPage` can filter by on the service's side. */
export const LIST_FILTER_FIELDS = ['states', 'createdAfterMs', 'labels'] as const;

/** One field of a {@link ListFilter}. */
export type ListFilterField = (typeof LIST_FILTER_FIELDS)[number];

/**
 * What a provider can do, as frozen data: known before any call, total, and never changed afterwards (C-001).
 * `false` stands where a feature or a limit is absent; what is absent fails with `unsupported` before any I/O.
 */
export interface Capabilities {
  /** The SQL dialect of `session.sql()`. */
  readonly dialect: SqlDialect;
  /** Runs SQL itself (`statements` is present). */
  readonly sql: boolean;
  /** Hands out Spark Connect endpoints (`endpoint` is present). */
  readonly sparkConnect: boolean;
  /** Runs code blocks through its own API. */
  readonly calculations: boolean;
  /** The service itself tells when a session is busy. */
  readonly reportsBusy: boolean;
  /** Can remove the record of an ended session. */
  readonly deletesRecord: boolean;
  /** Gives a link to a web page about a session (`dashboard` is present). */
  readonly dashboard: boolean;
  /** Takes labels; a list can be filtered by them only where `listFilters` says so. */
  readonly labels: boolean;
  /** Takes `size`. */
  readonly size: boolean;
  /** Takes `sparkConf`. */
  readonly sparkConf: boolean;
  /** How the service ends idle sessions; every provider has it. */
  readonly idleTimeoutMs: DurationRange;
  /** How long a session may live at all, or `false` where the service has no such limit and only sweeping ends old sessions. */
  readonly maxLifetimeMs: DurationRange | false;
  /** How a repeated start is recognised: by a token sent along, or by the session's name. */
  readonly idempotency: 'token' | 'name';
  /** Most sessions on one page of `listPage`. */
  readonly listPageSize: number;
  readonly listFilters: readonly ListFilterField[];
  /** How long an endpoint's token lives, milliseconds, or `false` where there is none. */
  readonly tokenLifetimeMs: number | false;
  /** Most live sessions in one scope, or `false` where no limit is known. */
  readonly maxLiveSessions: number | false;
  /** The first and the longest pause between two polls of a session, milliseconds. */
  readonly watchIntervalMs: { readonly min: number; readonly max: number };
  /** How many calls a second the service bears in one scope, or `false` where nobody counts; reads are describe and list. */
  readonly callsPerSecond: { readonly reads: number; readonly writes: number } | false;
  /** Whether sessions outlive the process that started them. */
  readonly outlivesProcess: boolean;
  /** The units that describing a session reports usage in; empty where it reports none. A limit on spending needs their prices. */
  readonly usageUnits: readonly UsageUnit[];
}

/**
 * The lifetimes that a start may ask for, milliseconds. A service without a limit takes any, because sweeping ends the session;
 * `false` where nothing would end it.
 */
export function lifetimeRange({
  maxLifetimeMs,
  outlivesProcess,
}: Pick<Capabilities, 'maxLifetimeMs' | 'outlivesProcess'>): Pick<DurationRange, 'min' | 'max'> | false {
  if (maxLifetimeMs !== false) return maxLifetimeMs;
  return outlivesProcess && { min: 1, max: LONGEST_LIFETIME_MS };
}

/** The capabilities that are simply there or not. */
export type CapabilityFlag = {
  [K in keyof Capabilities]-?: Capabilities[K] extends boolean ? K : never;
}[keyof Capabilities];

/** Freezes a complete record of capabilities, with all that is in it. */
export function defineCapabilities(capabilities: Capabilities): Capabilities {
  for (const value of Object.values(capabilities)) Object.freeze(value);
  return Object.freeze(capabilities);
}
