import type { RateLimit } from '../rate-limiter.ts';

/** The HealthOmics emulator's options. Where the service's own behaviour is not documented, the option says so and the default is our choice. */
export interface HealthOmicsOptions {
  /** How many runs a second are submitted, over all batches; 0.1, the StartRun quota of most regions, unless said. */
  readonly submissionsPerSecond?: number;
  /** How long a run takes; ten times `startupMs` unless said. */
  readonly runMs?: number;
  /** How many runs execute at a time, over one batch; 50 unless said. */
  readonly concurrentRuns?: number;
  /** How far the counts of a batch are behind until it is PROCESSED. Documented as eventual and unmeasured; 0 unless said. */
  readonly countsLagMs?: number;
  /** Runs, by their setting ids, whose submission is refused the first time. */
  readonly refusedRuns?: readonly string[];
  /** Runs, by their setting ids, that fail the first time. */
  readonly failingRuns?: readonly string[];
  /** The chance, from the seed, that the submission of a run is refused; 0 unless said. */
  readonly refusalRate?: number;
  /** The chance, from the seed, that a run fails; 0 unless said. */
  readonly failureRate?: number;
  /** How long cancelling and deleting take; a fifth of `startupMs` unless said. */
  readonly stoppingMs?: number;
  /** The error of a cancel or delete that the state forbids. Undocumented; `ConflictException` unless said. */
  readonly wrongStateCode?: 'ConflictException' | 'ValidationException';
  /** The error of a request id that was used with other parameters. Undocumented; `ConflictException` unless said. */
  readonly requestIdClashCode?: 'ConflictException' | 'ValidationException';
  /** What DeleteRunBatch ends in; one page names RUNS_DELETE_FAILED, the guide never shows it. `RUNS_DELETED` unless said. */
  readonly deletedStatus?: 'RUNS_DELETED' | 'RUNS_DELETE_FAILED';
  /** Whether batch calls must come to a host named `workflows-…`, as the real ones do; false unless said. */
  readonly requireHostPrefix?: boolean;
  /** Rates per operation: 1 StartRunBatch and 10 of each other a second unless said. */
  readonly rates?: Readonly<Record<string, RateLimit>>;
}

/** The options with every default filled in. */
export type HealthOmicsConfig = Required<HealthOmicsOptions>;

/** The most runs of one batch. */
export const MAX_RUNS = 100_000;

const TEN = { perSecond: 10 };

/** Calls a second. @see https://docs.aws.amazon.com/omics/latest/dev/service-quotas.html (read 2026-11-20) */
const HEALTHOMICS_RATES: Readonly<Record<string, RateLimit>> = {
  StartRunBatch: { perSecond: 1 },
  GetBatch: TEN,
  ListBatch: TEN,
  ListRunsInBatch: TEN,
  CancelRunBatch: TEN,
  DeleteRunBatch: TEN,
  DeleteBatch: TEN,
  ListRuns: TEN,
  GetRun: TEN,
};

/** Fills in the defaults. */
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
    rates: { ...HEALTHOMICS_RATES, ...options.rates },
  };
}
