import { BATCH_STATES, type BatchState } from '../contract/batch-state.ts';
import { isMap } from './run-shape.ts';
import type { RunDefaults } from '../contract/batch-run.ts';
import type { CallOptions } from '../session/call-context.ts';
import { oneOf, callback, code, flag, patience, signal, text, texts, type Checks } from '../session/option-checks.ts';
import type { BatchStatus } from './batch-status.ts';
import type { RunSource } from './read-runs.ts';

/** Options of a start. */
export interface StartBatchOptions {
  /** Names the batch, 1..512 characters. The same key always returns the same batch, running or finished. */
  readonly key?: string | undefined;
  /** When the batch of the key has finished, start a new one instead of returning it. */
  readonly restart?: boolean | undefined;
  /** For people, 1..128 characters. */
  readonly name?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly defaults: RunDefaults;
  /** Up to 100,000 runs: an array, an iterable or an async iterable. Read once, or not at all when the key's batch exists. */
  readonly runs: RunSource;
  readonly signal?: AbortSignal | undefined;
}

/** Options of a wait for the end of a batch. */
export interface WaitOptions extends CallOptions {
  /** Called after each poll. */
  readonly onProgress?: ((status: BatchStatus) => void) | undefined;
  /** Removes the run list that the start put into a bucket, once the batch has finished. */
  readonly deleteRunList?: boolean | undefined;
}

/** Options of a resubmission. Everything else is taken from the first batch. */
export interface ResubmitOptions extends Pick<StartBatchOptions, 'key' | 'name' | 'signal'> {
  /** The runs of the first batch. Needed only when the service cannot return them. */
  readonly runs?: RunSource | undefined;
  readonly defaults?: RunDefaults | undefined;
}

/** Which rows to list. */
export interface RowOptions {
  /** Adds the state of each run, which takes twice the calls. */
  readonly withStates?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const source = code(
  'an array, an iterable or an async iterable of runs',
  (value) => typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value),
);

const map = code('a map { workflowId, roleArn, parameters, … }', isMap);

/** Checks of `resubmitFailed`. */
export const RESUBMIT_CHECKS: Checks<ResubmitOptions> = {
  key: text(512),
  name: text(128),
  runs: source,
  defaults: map,
  signal,
};

/** Checks of `start`. */
export const START_CHECKS: Checks<StartBatchOptions> = { ...RESUBMIT_CHECKS, restart: flag, labels: texts };

/** Checks of `whenFinished`. */
export const WAIT_CHECKS: Checks<WaitOptions> = {
  signal,
  timeoutMs: patience,
  onProgress: callback,
  deleteRunList: flag,
};

/** Checks of `runs` and `failures`. */
export const ROW_CHECKS: Checks<RowOptions> = { withStates: flag, signal };

/** Which batches to list. */
export interface BatchListOptions {
  /** Filtered by the service. */
  readonly state?: BatchState | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Checks of `list`. */
export const LIST_CHECKS: Checks<BatchListOptions> = { state: oneOf(...BATCH_STATES), signal };
