import type { BatchObservation } from '../contract/batch-observation.ts';
import type { BatchProvider } from '../contract/batch-provider.ts';
import type { RunSpec } from '../contract/batch-run.ts';
import { isFinalBatchState, isLegalBatchMove, type BatchState } from '../contract/batch-state.ts';
import type { Clock, Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { Watcher } from '../contract/watcher.ts';
import { CALL_CHECKS, callContext, type CallOptions } from '../session/call-context.ts';
import { omitUndefined } from '../provider-kit/omit-undefined.ts';
import { TIMER_EARLINESS_MS } from '../provider-kit/sleep.ts';
import { signalWithTimeout } from '../provider-kit/signal-with-timeout.ts';
import { LAST_POLL_MS } from '../session/session-wait.ts';
import { assertOptions } from '../session/option-checks.ts';
import { RESUBMIT_CHECKS, ROW_CHECKS, WAIT_CHECKS } from './batch-options.ts';
import type { ResubmitOptions, RowOptions, StartBatchOptions, WaitOptions } from './batch-options.ts';
import { estimateSubmission, type BatchStatus } from './batch-status.ts';
import { chosenRuns, noneFailed, whyUnknown } from './chosen-runs.ts';
import type { RunSource } from './read-runs.ts';
import {
  listFailures,
  listRows,
  listRunsWithStates,
  type BatchRun,
  type FailedRun,
  type ListingPlace,
} from './run-listing.ts';

/** What a batch needs; made by `Batches`. */
export interface BatchParts {
  readonly provider: BatchProvider;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly watcher: Watcher<BatchObservation>;
  readonly first: BatchObservation;
  /** The runs of a start made here whose request contained its runs. */
  readonly inlineRuns?: readonly RunSpec[] | undefined;
  readonly start: (options: StartBatchOptions) => Promise<Batch>;
}

/**
 * One run batch. You do not close it: it runs in the cloud independently of this process. Any process can attach to it by its
 * handle or key.
 */
export class Batch {
  readonly handle: SessionHandle;
  readonly #parts: BatchParts;
  #last: BatchObservation;
  #state: BatchState;

  /** @internal */
  constructor(parts: BatchParts) {
    this.handle = parts.first.handle;
    this.#parts = parts;
    this.#last = parts.first;
    this.#state = parts.first.state ?? 'creating';
  }

  /** The last known status. `refresh` asks the service. */
  get status(): BatchStatus {
    const { nativeState, totalRuns, counts, outcome, reason, observedAtMs, countsAreExact } = this.#last;
    const { submissionsPerSecond } = this.#parts.provider.capabilities;
    const final = isFinalBatchState(this.#state);
    const submits = this.#state === 'creating' || this.#state === 'running';
    const unsubmitted = submits && counts !== undefined ? counts.pending + counts.uncounted : 0;
    const remaining = unsubmitted > 0 ? estimateSubmission(unsubmitted, submissionsPerSecond) : undefined;
    const certain = { state: this.#state, nativeState, final, countsAreExact, observedAtMs };
    return omitUndefined<BatchStatus>({ ...certain, totalRuns, counts, outcome, reason, remaining });
  }

  /** Asks the service for the batch's status, with one call. @throws SessionError `not-found` when its record was deleted. */
  async refresh(options: CallOptions = {}): Promise<BatchStatus> {
    assertOptions('refresh', options, CALL_CHECKS);
    return this.#observe(await this.#parts.provider.describe(this.handle, callContext(this.#parts.clock, options)));
  }

  /**
   * Waits until all runs have ended, with one describe per poll and no listing. Resolves for every outcome: `outcome` has it,
   * and `failures()` lists the failed runs.
   * @throws SessionError `timeout`, `aborted`; the batch keeps running.
   */
  async whenFinished(options: WaitOptions = {}): Promise<BatchStatus> {
    assertOptions('whenFinished', options, WAIT_CHECKS);
    const { timeoutMs = Number.POSITIVE_INFINITY, signal, onProgress, deleteRunList = false } = options;
    const operation = 'whenFinished';
    const { clock, watcher } = this.#parts;
    const timeoutError = (): SessionError =>
      this.#error(
        'timeout',
        `is still ${this.#state} after ${timeoutMs} ms. It keeps running: raise timeoutMs or cancel it`,
        operation,
      );
    const untilMs = clock.monotonicMs() + timeoutMs;
    const limit = signalWithTimeout(clock, { operation, signal, timeoutMs: timeoutMs + LAST_POLL_MS, timeoutError });
    try {
      for await (const seen of watcher.watch(this.handle, limit.signal, { untilMs })) {
        const status = this.#observe(seen);
        onProgress?.(status);
      }
    } finally {
      limit.release();
    }
    if (!this.status.final && clock.monotonicMs() >= untilMs - TIMER_EARLINESS_MS) throw timeoutError();
    if (deleteRunList) await this.deleteRunList({ signal });
    return this.status;
  }

  /** The runs of the batch, with one call per page. */
  runs(options: RowOptions = {}): AsyncIterable<BatchRun> {
    assertOptions('runs', options, ROW_CHECKS);
    const place = this.#place(options.signal);
    return options.withStates === true ? listRunsWithStates(place) : listRows(place, { by: 'nothing' });
  }

  /**
   * The runs that have not succeeded so far, each once: refused submissions, then failed runs. The first hundred failed runs
   * come with the service's reason, which takes one call each when you reach them.
   */
  failures(options: Pick<RowOptions, 'signal'> = {}): AsyncIterable<FailedRun> {
    assertOptions('failures', options, ROW_CHECKS);
    return this.#failures(options.signal, true);
  }

  /**
   * Starts a new batch of the runs that did not succeed, unchanged. If another process started the first batch and its request
   * contained the runs, pass them again: the service does not return them.
   * @throws SessionError `conflict` while the batch runs, when nothing failed, or when the records of its runs are deleted.
   */
  async resubmitFailed(options: ResubmitOptions = {}): Promise<Batch> {
    const operation = 'resubmitFailed';
    assertOptions(operation, options, RESUBMIT_CHECKS);
    const { runs, signal, ...others } = options;
    await this.refresh({ signal });
    const obstacle = whyUnknown(this.#state, this.#last.counts);
    if (obstacle !== undefined) throw this.#error('conflict', obstacle, operation);
    const failed = new Set<string>();
    for await (const { id } of this.#failures(signal, false)) failed.add(id);
    if (failed.size === 0) throw this.#error('conflict', noneFailed(this.#state), operation);
    const defaults = options.defaults ?? this.#last.details.defaults;
    if (defaults === undefined)
      throw this.#error('invalid-request', 'does not report its defaults; pass `defaults`', operation);
    return this.#parts.start({
      ...others,
      defaults,
      signal,
      labels: this.#last.details.labels,
      runs: chosenRuns(runs ?? this.#ownRuns(operation, signal), failed),
    });
  }

  /** Stops submitting and stops the running runs. Resolves when the service has accepted it. */
  async cancel(options: CallOptions = {}): Promise<BatchStatus> {
    assertOptions('cancel', options, CALL_CHECKS);
    return this.#observe(await this.#parts.provider.cancel(this.handle, callContext(this.#parts.clock, options)));
  }

  /** Deletes the records of its runs. The batch, its counts and the results in S3 stay. */
  async deleteRuns(options: CallOptions = {}): Promise<BatchStatus> {
    assertOptions('deleteRuns', options, CALL_CHECKS);
    return this.#observe(await this.#parts.provider.deleteRuns(this.handle, callContext(this.#parts.clock, options)));
  }

  /** Deletes the record of the batch. Its runs and their records stay; the handle no longer works. */
  async deleteRecord(options: CallOptions = {}): Promise<void> {
    assertOptions('deleteRecord', options, CALL_CHECKS);
    await this.#parts.provider.deleteRecord(this.handle, callContext(this.#parts.clock, options));
  }

  /** Removes the run list that the start put into a bucket. @throws SessionError `conflict` while the batch may still read it. */
  async deleteRunList(options: CallOptions = {}): Promise<void> {
    assertOptions('deleteRunList', options, CALL_CHECKS);
    const { provider, clock } = this.#parts;
    if (this.#last.details.runListUri === undefined) await this.refresh(options);
    const { runListUri } = this.#last.details;
    if (!isFinalBatchState(this.#state))
      throw this.#error('conflict', `is still ${this.#state} and reads its run list`, 'deleteRunList');
    if (runListUri !== undefined) await provider.unstageRuns(runListUri, callContext(clock, options));
  }

  /** Applies an observation. A final state, its outcome and its counts stay. */
  #observe(seen: BatchObservation): BatchStatus {
    if (seen.observedAtMs < this.#last.observedAtMs) return this.status;
    const { state } = seen;
    if (state !== undefined && isLegalBatchMove(this.#state, state)) this.#state = state;
    const { outcome = this.#last.outcome, counts = this.#last.counts } = seen;
    this.#last = { ...seen, ...(outcome !== undefined && { outcome }), ...(counts !== undefined && { counts }) };
    return this.status;
  }

  #ownRuns(operation: string, signal: AbortSignal | undefined): RunSource {
    const { provider, clock, inlineRuns } = this.#parts;
    if (inlineRuns !== undefined) return inlineRuns;
    const { runListUri } = this.#last.details;
    if (runListUri !== undefined) return provider.readStagedRuns(runListUri, callContext(clock, { signal }));
    throw this.#error('invalid-request', 'does not report its runs; pass them as `runs`', operation);
  }

  #failures(signal: AbortSignal | undefined, withReasons: boolean): AsyncIterable<FailedRun> {
    return listFailures(this.#place(signal), { totalRuns: this.#last.totalRuns, withReasons });
  }

  #place(signal: AbortSignal | undefined): ListingPlace {
    const { provider, clock } = this.#parts;
    return { provider, clock, handle: this.handle, signal };
  }

  #error(kind: 'conflict' | 'invalid-request' | 'timeout', what: string, operation: string): SessionError {
    const { handle } = this;
    return new SessionError(kind, `batch '${handle.id}' ${what}`, { operation, provider: handle.provider, handle });
  }
}
