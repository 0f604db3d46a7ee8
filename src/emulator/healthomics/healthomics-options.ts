import type { RateLimit } from '../rate-limiter.ts';
import { INPUTS } from './healthomics-inputs.ts';

/**
 * Options of the HealthOmics emulator. Where the service's behaviour is not documented, the option says so and the default is our
 * choice.
 */
export interface HealthOmicsOptions {
  /** How many runs per second are submitted, over all batches (default 0.1, the StartRun quota of most regions). */
  readonly submissionsPerSecond?: number;
  /** How long a run takes (default: ten times `startupMs`). */
  readonly runMs?: number;
  /** How many runs of one batch execute at a time (default 50). */
  readonly concurrentRuns?: number;
  /** How far the counts of a batch are behind until it is PROCESSED. Documented as eventual and unmeasured (default 0). */
  readonly countsLagMs?: number;
  /** Setting ids of runs whose first submission is refused. */
  readonly refusedRuns?: readonly string[];
  /** Setting ids of runs that fail the first time. */
  readonly failingRuns?: readonly string[];
  /** The probability, from the seed, that the submission of a run is refused (default 0). */
  readonly refusalRate?: number;
  /** The probability, from the seed, that a run fails (default 0). */
  readonly failureRate?: number;
  /** How long cancelling and deleting take (default: a fifth of `startupMs`). */
  readonly stoppingMs?: number;
  /** The error of a cancel or delete that the state forbids. Undocumented (default `ConflictException`). */
  readonly wrongStateCode?: 'ConflictException' | 'ValidationException';
  /** The error of a request id that was used with other parameters. Undocumented (default `ConflictException`). */
  readonly requestIdClashCode?: 'ConflictException' | 'ValidationException';
  /** The state after DeleteRunBatch; one page names RUNS_DELETE_FAILED, the guide never shows it (default `RUNS_DELETED`). */
  readonly deletedStatus?: 'RUNS_DELETED' | 'RUNS_DELETE_FAILED';
  /** Whether batch calls need a host named `workflows-…`, as on the real service (default false). */
  readonly requireHostPrefix?: boolean;
  /** Rates per operation (default: 1 StartRunBatch and 10 of each other per second). */
  readonly rates?: Readonly<Record<string, RateLimit>>;
}

export type HealthOmicsConfig = Required<HealthOmicsOptions>;

/** The most runs of one batch. */
export const MAX_RUNS = 100_000;

/** Calls per second. @see https://docs.aws.amazon.com/omics/latest/dev/service-quotas.html (read 2026-11-20) */
const RATES: Readonly<Record<string, RateLimit>> = {
  ...Object.fromEntries(Object.keys(INPUTS).map((operation) => [operation, { perSecond: 10 }])),
  StartRunBatch: { perSecond: 1 },
};

export function toHealthOmicsConfig(options: HealthOmicsOptions, startupMs: number): HealthOmicsConfig {
  return {
    submissionsPerSecond: 0.1,
    runMs: startupMs * 10,
    concurrentRuns: 50,
    countsLagMs: 0,
    refusedRuns: [],
    failingRuns: [],
    refusalRate: 0,
    failureRate: 0,
    stoppingMs: Math.floor(startupMs / 5),
    wrongStateCode: 'ConflictException',
    requestIdClashCode: 'ConflictException',
    deletedStatus: 'RUNS_DELETED',
    requireHostPrefix: false,
    ...options,
    rates: { ...RATES, ...options.rates },
  };
}
