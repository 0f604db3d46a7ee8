import { isMap } from './run-shape.ts';
import type { RunDefaults } from '../contract/batch-run.ts';
import type { CallOptions } from '../session/call-context.ts';
import { oneOf, patience, signal, text, texts, type Check, type Checks } from '../session/option-checks.ts';
import type { BatchStatus, ResubmitOptions, RowOptions } from './batch.ts';
import type { RunSource } from './read-runs.ts';

/** What a start says. */
export interface StartBatchOptions {
  /** Names the batch for ever, 1..512 characters: the same key gives the same batch, running or over. */
  readonly key?: string | undefined;
  /** When the key's batch is over, start its next generation instead of returning it. */
  readonly restart?: boolean | undefined;
  /** For people, 1..128 characters. */
  readonly name?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly defaults: RunDefaults;
  /** An array, an iterable or an async iterable of up to 100,000; it is read once, and not at all when the key's batch exists. */
  readonly runs: RunSource;
  readonly signal?: AbortSignal | undefined;
}

/** How long to wait for the end of a batch, and what to do on the way. */
export interface WaitOptions extends CallOptions {
  /** Told after each look. */
  readonly onProgress?: ((status: BatchStatus) => void) | undefined;
  /** Removes the run list that the start put into a bucket, once the batch is over. */
  readonly deleteRunList?: boolean | undefined;
}

const source: Check = (value) =>
  typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
    ? undefined
    : 'an array, an iterable or an async iterable of runs';

const map: Check = (value) => (isMap(value) ? undefined : 'an object { workflowId, roleArn, parameters, … }');

/** What `start` of a batch takes. */
export const START_CHECKS: Checks<StartBatchOptions> = {
  key: text(512),
  restart: oneOf(true, false),
  name: text(128),
  labels: texts,
  defaults: map,
  runs: source,
  signal,
};

/** What `whenFinished` takes. */
export const WAIT_CHECKS: Checks<WaitOptions> = {
  signal,
  timeoutMs: patience,
  onProgress: (value) => (typeof value === 'function' ? undefined : 'a function'),
  deleteRunList: oneOf(true, false),
};

/** What `runs` and `failures` take. */
export const ROW_CHECKS: Checks<RowOptions> = { withStates: oneOf(true, false), signal };

/** What `resubmitFailed` takes. */
export const RESUBMIT_CHECKS: Checks<ResubmitOptions> = {
  key: text(512),
  name: text(128),
  runs: source,
  defaults: map,
  signal,
};
