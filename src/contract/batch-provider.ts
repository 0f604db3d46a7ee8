import type { BatchObservation } from './batch-observation.ts';
import type { BatchState } from './batch-state.ts';
import type { RunDefaults, RunRow, RunSpec, RunState, RunStatus, Submission } from './batch-run.ts';
import type { Ownership } from './ownership.ts';
import type { RunList, StagedRuns } from './run-list.ts';
import type { SessionHandle } from './session-handle.ts';
import type { Cursor } from './session-provider.ts';
import type { CallContext } from './call-context.ts';

/** What a batch service can do, as frozen data. */
export interface BatchCapabilities {
  /** Most runs in one batch. */
  readonly maxRuns: number;
  /** Most runs that go into the request itself; more are staged first. */
  readonly maxInlineRuns: number;
  /** Most bytes of a staged run list. */
  readonly maxRunListBytes: number;
  /** Most entries on one page of any list. */
  readonly listPageSize: number;
  /** How many runs a second the service submits by itself, unless the environment says otherwise. */
  readonly submissionsPerSecond: number;
  /** How many runs are under way at once at most, or `false` where no limit is known. */
  readonly maxConcurrentRuns: number | false;
  /** The first and the longest pause between two polls of a batch, milliseconds. */
  readonly watchIntervalMs: { readonly min: number; readonly max: number };
  /** How many calls a second the service bears. */
  readonly callsPerSecond: { readonly reads: number; readonly writes: number } | false;
}

/** What a provider is asked to start: complete and checked. */
export interface BatchStartRequest extends Ownership {
  /** For people, 1..128 characters. */
  readonly name?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly defaults: RunDefaults;
  /** Exactly one of the two ways to say the runs. */
  readonly runs: readonly RunSpec[] | StagedRuns;
}

/** Which batches to list; a service takes one filter a call, so there is only ever one. */
export type BatchFilter =
  | { readonly by: 'nothing' }
  | { readonly by: 'state'; readonly state: BatchState }
  | { readonly by: 'token'; readonly token: string };

/** Which rows of a batch to list; one filter a call. */
export type RunRowFilter =
  | { readonly by: 'nothing' }
  | { readonly by: 'submission'; readonly submission: Submission }
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'runId'; readonly runId: string };

/** One page of a listing; `next` is absent on the last one. */
export interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly next?: Cursor;
}

/**
 * What a service of run batches implements. A batch is no session: nothing can be sent into it. Its rules are B-001 … in
 * CONTRACT.md. Three verbs end something, and each name says what: `cancel` the work, `deleteRuns` the records of the runs,
 * `deleteRecord` the record of the batch.
 */
export interface BatchProvider {
  readonly id: string;
  /** Where its batches live, as it stands in their handles. */
  readonly scope: string;
  readonly capabilities: BatchCapabilities;
  /** One run as an entry of a run list, in the service's spelling: one JSON object. */
  toRunListEntry(run: RunSpec): string;
  /** What the service is known to refuse about one run with these defaults, in words; `undefined` when it is fine. Does no I/O. */
  problemOf(run: RunSpec, defaults: RunDefaults): string | undefined;
  /** What it is known to refuse about the defaults. Does no I/O. */
  problemsOfDefaults(defaults: RunDefaults): readonly string[];
  /** Puts a run list where the service reads it. The same list gives the same place and the same ETag (B-022). */
  stageRuns(runs: RunList, token: string, call: CallContext): Promise<StagedRuns>;
  /** The runs of a staged list, one by one. @throws SessionError `not-found` when it is not there any more. */
  readStagedRuns(uri: string, call: CallContext): AsyncIterable<RunSpec>;
  /** Removes a staged run list; what is not there is removed already. */
  unstageRuns(uri: string, call: CallContext): Promise<void>;
  /** Starts the one batch of `request.token`; the same token never starts a second one (B-020). */
  start(request: BatchStartRequest, call: CallContext): Promise<BatchObservation>;
  /** @throws SessionError `not-found` when the service does not know the batch. */
  describe(handle: SessionHandle, call: CallContext): Promise<BatchObservation>;
  listPage(filter: BatchFilter, cursor: Cursor | undefined, call: CallContext): Promise<Page<BatchObservation>>;
  runsPage(
    handle: SessionHandle,
    filter: RunRowFilter,
    cursor: Cursor | undefined,
    call: CallContext,
  ): Promise<Page<RunRow>>;
  /** How the runs of a batch do, those in one state where one is named. */
  runStatesPage(
    handle: SessionHandle,
    state: RunState | undefined,
    cursor: Cursor | undefined,
    call: CallContext,
  ): Promise<Page<RunStatus>>;
  /** One run, with why it failed; absent where a service tells no more of a run than its lists do. */
  describeRun?(handle: SessionHandle, runId: string, call: CallContext): Promise<RunStatus>;
  /** Asks that nothing more be submitted and what runs be stopped. Cancelling what stops already or has ended succeeds (B-030). */
  cancel(handle: SessionHandle, call: CallContext): Promise<BatchObservation>;
  /** Deletes the records of the batch's runs; the record of the batch stays. @throws SessionError `conflict` while it is not over. */
  deleteRuns(handle: SessionHandle, call: CallContext): Promise<BatchObservation>;
  /** Deletes the record of the batch; its runs stay. Deleting what is gone succeeds. @throws SessionError `conflict` while it is not over. */
  deleteRecord(handle: SessionHandle, call: CallContext): Promise<void>;
  close(): Promise<void>;
}
