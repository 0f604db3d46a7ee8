import type { BatchCounts, BatchObservation } from '../../src/contract/batch-observation.ts';
import type {
  BatchCapabilities,
  BatchFilter,
  BatchProvider,
  BatchStartRequest,
  Page,
  RunRowFilter,
} from '../../src/contract/batch-provider.ts';
import type { BatchOperation } from '../../src/contract/operations.ts';
import type { RunDefaults, RunRow, RunSpec, RunState, RunStatus, Submission } from '../../src/contract/batch-run.ts';
import { isFinalBatchState, type BatchState } from '../../src/contract/batch-state.ts';
import type { RunList, StagedRuns } from '../../src/contract/run-list.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { VirtualClock } from '../../src/testing/index.ts';

/** How a run turns out; `refused` never becomes one. */
export type Fate = 'completed' | 'failed' | 'refused';

/** What a scripted service is like. */
export interface ScriptedOptions {
  readonly clock: VirtualClock;
  readonly fateOf?: (id: string) => Fate;
  readonly submissionsPerSecond?: number;
  readonly runMs?: number;
  /** Decides before each call whether it fails, and after it whether its answer is lost. */
  readonly weather?: (operation: BatchOperation, when: 'before' | 'after') => SessionError | undefined;
  readonly capabilities?: Partial<BatchCapabilities>;
}

interface ServiceBatch {
  readonly id: string;
  readonly request: BatchStartRequest;
  readonly runs: readonly string[];
  readonly startedMs: number;
  cancelledMs: number | undefined;
  runsAreDeleted: boolean;
}

const CAPABILITIES: BatchCapabilities = {
  maxRuns: 100_000,
  maxInlineRuns: 100,
  maxRunListBytes: 6 * 1024 ** 3,
  listPageSize: 100,
  submissionsPerSecond: 1,
  maxConcurrentRuns: false,
  watchIntervalMs: { min: 5_000, max: 120_000 },
  callsPerSecond: false,
};

/** A service of run batches in memory, whose runs are submitted and end as its clock moves. */
export class ScriptedBatches implements BatchProvider {
  readonly id = 'scripted';
  readonly scope = 'here';
  readonly capabilities: BatchCapabilities;
  readonly batches = new Map<string, ServiceBatch>();
  readonly lists = new Map<string, readonly RunSpec[]>();
  readonly calls: BatchOperation[] = [];
  /** A word that every batch shows instead of its state. */
  unknownState: string | undefined;
  readonly #options: ScriptedOptions;

  constructor(options: ScriptedOptions) {
    this.#options = options;
    this.capabilities = { ...CAPABILITIES, ...options.capabilities };
  }

  toRunListEntry(run: RunSpec): string {
    return JSON.stringify(run);
  }

  problemOf(run: RunSpec, defaults: RunDefaults): string | undefined {
    return run.priority === -1 && defaults.workflowId !== '' ? 'priority must not be -1' : undefined;
  }

  problemsOfDefaults({ workflowId }: RunDefaults): readonly string[] {
    return workflowId === 'wrong' ? ['workflowId must be right'] : [];
  }

  stageRuns(runs: RunList, token: string, call: CallContext): Promise<StagedRuns> {
    return this.#call('stageRuns', call, async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of runs.open()) chunks.push(chunk);
      const uri = `s3://lists/${token}-${runs.digest.slice(0, 16)}.json`;
      this.lists.set(uri, JSON.parse(Buffer.concat(chunks).toString()) as RunSpec[]);
      return { uri, eTag: runs.digest };
    });
  }

  async *readStagedRuns(uri: string): AsyncGenerator<RunSpec, void, undefined> {
    const list = await Promise.resolve(this.lists.get(uri));
    if (list === undefined)
      throw new SessionError('not-found', `there is no list ${uri}`, { operation: 'readStagedRuns' });
    yield* list;
  }

  unstageRuns(uri: string, call: CallContext): Promise<void> {
    return this.#call('unstageRuns', call, async () => void this.lists.delete(uri));
  }

  start(request: BatchStartRequest, call: CallContext): Promise<BatchObservation> {
    return this.#call('startBatch', call, async () => {
      const known = [...this.batches.values()].find((batch) => batch.request.token === request.token);
      if (known !== undefined) return this.#see(known);
      const runs = 'uri' in request.runs ? (this.lists.get(request.runs.uri) ?? []) : request.runs;
      const id = String(1000 + this.batches.size);
      const startedMs = this.#options.clock.nowMs();
      const batch = {
        id,
        request,
        runs: runs.map((run) => run.id),
        startedMs,
        cancelledMs: undefined,
        runsAreDeleted: false,
      };
      this.batches.set(id, batch);
      return this.#see(batch);
    });
  }

  describe(handle: SessionHandle, call: CallContext): Promise<BatchObservation> {
    return this.#call('describe', call, async () => this.#see(this.#find(handle, 'describe')));
  }

  listPage(filter: BatchFilter, _cursor: string | undefined, call: CallContext): Promise<Page<BatchObservation>> {
    return this.#call('listPage', call, async () => {
      const named = [...this.batches.values()].filter(
        (batch) => filter.by !== 'token' || batch.request.token === filter.token,
      );
      const seen = named.map((batch) => this.#see(batch));
      return { entries: seen.filter(({ state }) => filter.by !== 'state' || state === filter.state) };
    });
  }

  runsPage(
    handle: SessionHandle,
    filter: RunRowFilter,
    cursor: string | undefined,
    call: CallContext,
  ): Promise<Page<RunRow>> {
    return this.#call('runsPage', call, async () => {
      const batch = this.#find(handle, 'runsPage');
      const page = this.#page(batch.runs.length, cursor);
      const rows = batch.runs.slice(page.from, page.to).flatMap((id, at) => this.#row(batch, id, page.from + at));
      return { entries: rows.filter((row) => fits(row, filter)), ...page.next };
    });
  }

  runStatesPage(
    handle: SessionHandle,
    state: RunState | undefined,
    cursor: string | undefined,
    call: CallContext,
  ): Promise<Page<RunStatus>> {
    return this.#call('runStatesPage', call, async () => {
      const batch = this.#find(handle, 'runStatesPage');
      const page = this.#page(batch.runs.length, cursor);
      const states = batch.runs.slice(page.from, page.to).flatMap((id, at): RunStatus[] => {
        const now = this.#stateOf(batch, id, page.from + at);
        if (now === 'unsubmitted' || now === 'refused') return [];
        if (batch.runsAreDeleted) return [];
        return [{ runId: `${batch.id}-${page.from + at}`, state: now, nativeState: now.toUpperCase() }];
      });
      return { entries: states.filter((each) => state === undefined || each.state === state), ...page.next };
    });
  }

  cancel(handle: SessionHandle, call: CallContext): Promise<BatchObservation> {
    return this.#call('cancel', call, async () => {
      const batch = this.#find(handle, 'cancel');
      if (!this.#see(batch).final) batch.cancelledMs ??= this.#options.clock.nowMs();
      return this.#see(batch);
    });
  }

  deleteRuns(handle: SessionHandle, call: CallContext): Promise<BatchObservation> {
    return this.#call('deleteRuns', call, async () => {
      const batch = this.#find(handle, 'deleteRuns');
      this.#refuseUnlessOver(batch, 'deleteRuns');
      batch.runsAreDeleted = true;
      return this.#see(batch);
    });
  }

  deleteRecord(handle: SessionHandle, call: CallContext): Promise<void> {
    return this.#call('deleteRecord', call, async () => {
      const batch = this.batches.get(handle.id);
      if (batch === undefined) return;
      this.#refuseUnlessOver(batch, 'deleteRecord');
      this.batches.delete(handle.id);
    });
  }

  /** How many runs of a batch still hold something. */
  liveRuns(id: string): number {
    const batch = this.batches.get(id);
    return batch === undefined ? 0 : batch.runs.filter((run, at) => this.#stateOf(batch, run, at) === 'running').length;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #call<Answer>(
    operation: BatchOperation,
    { signal }: CallContext,
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    if (signal.aborted) throw new SessionError('aborted', 'its caller gave up', { operation, effect: 'none' });
    this.calls.push(operation);
    const before = this.#options.weather?.(operation, 'before');
    if (before !== undefined) throw before;
    const answer = await work();
    const after = this.#options.weather?.(operation, 'after');
    if (after !== undefined) throw after;
    return answer;
  }

  #find({ id }: SessionHandle, operation: string): ServiceBatch {
    const batch = this.batches.get(id);
    if (batch === undefined) throw new SessionError('not-found', `there is no batch ${id}`, { operation });
    return batch;
  }

  #refuseUnlessOver(batch: ServiceBatch, operation: string): void {
    if (!this.#see(batch).final) throw new SessionError('conflict', 'the batch is not over', { operation });
  }

  #page(total: number, cursor: string | undefined) {
    const from = Number(cursor ?? 0);
    const to = from + this.capabilities.listPageSize;
    return { from, to, next: to < total ? { next: String(to) } : {} };
  }

  #row(batch: ServiceBatch, id: string, at: number): RunRow[] {
    const now = this.#stateOf(batch, id, at);
    if (now === 'unsubmitted') return [];
    if (now === 'refused') return [{ id, submission: 'refused', reason: 'QUOTA: no' }];
    const submission: Submission = now === 'cancelled' ? 'cancel-accepted' : 'accepted';
    return [{ id, runId: `${batch.id}-${at}`, submission }];
  }

  #stateOf(batch: ServiceBatch, id: string, at: number): RunState | 'unsubmitted' | 'refused' {
    const { clock, fateOf = () => 'completed', submissionsPerSecond = 1, runMs = 30_000 } = this.#options;
    const submittedMs = batch.startedMs + (at / submissionsPerSecond) * 1000;
    const nowMs = clock.nowMs();
    const cancelledMs = batch.cancelledMs ?? Number.POSITIVE_INFINITY;
    if (submittedMs > Math.min(nowMs, cancelledMs)) return 'unsubmitted';
    const fate = fateOf(id);
    if (fate === 'refused') return 'refused';
    if (submittedMs + runMs <= Math.min(nowMs, cancelledMs)) return fate;
    return nowMs >= cancelledMs + runMs ? 'cancelled' : 'running';
  }

  #see(batch: ServiceBatch): BatchObservation {
    const ended = { completed: 0, failed: 0, cancelled: 0, deleted: 0 };
    const counts = { submitted: 0, pending: 0, running: 0, ...ended, uncounted: 0 };
    for (const [at, id] of batch.runs.entries()) {
      const now = this.#stateOf(batch, id, at);
      if (now !== 'unsubmitted' && now !== 'refused') counts.submitted += 1;
      const isNever = now === 'unsubmitted' && batch.cancelledMs !== undefined;
      counts[now === 'refused' ? 'failed' : isNever ? 'cancelled' : now === 'unsubmitted' ? 'pending' : now] += 1;
    }
    const state = toState(batch, counts);
    const { token, owner, labels, defaults, runs } = batch.request;
    const final = isFinalBatchState(state);
    const outcome = counts.failed === 0 ? 'succeeded' : counts.completed === 0 ? 'failed' : 'partial';
    return {
      handle: { v: 1, provider: this.id, scope: this.scope, id: batch.id },
      nativeState: this.unknownState ?? state.toUpperCase(),
      state: this.unknownState === undefined ? state : undefined,
      final: this.unknownState === undefined && final,
      observedAtMs: this.#options.clock.nowMs(),
      totalRuns: batch.runs.length,
      counts,
      countsAreExact: final,
      ...(state === 'finished' && { outcome }),
      details: { ownership: { token, owner }, labels, defaults, ...('uri' in runs && { runListUri: runs.uri }) },
    };
  }
}

function toState({ cancelledMs }: ServiceBatch, { pending, running }: BatchCounts): BatchState {
  if (cancelledMs !== undefined) return running > 0 ? 'stopping' : 'cancelled';
  return pending + running > 0 ? 'running' : 'finished';
}

function fits(row: RunRow, filter: RunRowFilter): boolean {
  if (filter.by === 'submission') return row.submission === filter.submission;
  if (filter.by === 'id') return row.id === filter.id;
  return filter.by !== 'runId' || row.runId === filter.runId;
}
