import type { BatchDetails, BatchObservation } from '../../src/contract/batch-observation.ts';
import type { BatchOperation } from '../../src/contract/operations.ts';
import type {
  BatchCapabilities,
  BatchFilter,
  BatchProvider,
  BatchStartRequest,
  Page,
  RunRowFilter,
} from '../../src/contract/batch-provider.ts';
import type { RunDefaults, RunRow, RunSpec, RunState, RunStatus } from '../../src/contract/batch-run.ts';
import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import type { RunList, StagedRuns } from '../../src/contract/run-list.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { HANDLE_VERSION, type SessionHandle } from '../../src/contract/session-handle.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { Cursor } from '../../src/contract/session-provider.ts';
import { omitUndefined } from '../../src/provider-kit/omit-undefined.ts';
import type { ObservationContext } from '../../src/provider-kit/observation.ts';
import { CallRunner, type ServiceCall } from '../../src/provider-kit/call-runner.ts';
import { observedRequest } from '../../src/provider-kit/observed-request.ts';
import { healthOmicsCapabilities } from './capabilities.ts';
import { omicsClient, type OmicsClient } from './client.ts';
import { toSessionError } from './errors.ts';
import { fromBatch, fromListItem, fromStatus, toDescribedRun, toRunRow, toRunStatus } from './observation.ts';
import type { HealthOmicsConfig } from './options.ts';
import { explained, isRefusal } from './refusals.ts';
import { RunListStore } from './run-list-store.ts';
import { fromRunSetting, noRunListUri, problemOfRun, problemsOfDefaults, toRunSetting } from './run-setting.ts';
import { toStartInput } from './start-input.ts';
import { readCursor, withNext } from './state-cursor.ts';
import { BATCH_STATUSES, nativesOf, RUN_STATUSES, SUBMISSION_STATUSES } from './states.ts';

/** @see https://docs.aws.amazon.com/omics/latest/api/API_GetBatch.html (read 2026-11-20) */
const BATCH_ID = { pattern: /^[0-9]{1,18}$/, words: 'the 1 to 18 digits of a batch' };

/** Run batches of AWS HealthOmics in one region. */
export class HealthOmicsBatchProvider implements BatchProvider {
  readonly id = 'healthomics';
  readonly scope: string;
  readonly capabilities: BatchCapabilities;
  readonly #config: HealthOmicsConfig;
  readonly #ports: ProviderPorts;
  readonly #client: OmicsClient;
  readonly #store: RunListStore;
  readonly #runner: CallRunner<BatchOperation>;

  constructor(config: HealthOmicsConfig, ports: ProviderPorts) {
    this.scope = config.region;
    this.capabilities = healthOmicsCapabilities(config);
    this.#config = config;
    this.#ports = ports;
    this.#client = omicsClient(config);
    this.#store = new RunListStore(config, ports);
    this.#runner = new CallRunner({ ...ports, place: this, sessionId: BATCH_ID, toError: toSessionError });
  }

  toRunListEntry(run: RunSpec): string {
    return JSON.stringify(toRunSetting(run));
  }

  problemOf(run: RunSpec, defaults: RunDefaults): string | undefined {
    return problemOfRun(run, defaults);
  }

  problemsOfDefaults(defaults: RunDefaults): readonly string[] {
    return problemsOfDefaults(defaults, this.#config);
  }

  stageRuns(runs: RunList, token: string, call: CallContext): Promise<StagedRuns> {
    return this.#runner.run({ operation: 'stageRuns', call }, async (sub) => {
      const folder = this.#config.runListUri;
      if (folder === undefined) throw noRunListUri(runs.count);
      // With the digest, a second start of the key with other runs does not overwrite the list of the first.
      const target = { folder, name: `${token}-${runs.digest.slice(0, 16)}.json` };
      const request = { name: 'PutObject', input: target, callClass: 'writes' } as const;
      return observedRequest(sub.requests, request, () => this.#store.put(runs, target, sub.signal));
    });
  }

  async *readStagedRuns(uri: string, call: CallContext): AsyncGenerator<RunSpec, void, undefined> {
    const failed = { operation: 'readStagedRuns', handle: undefined, scope: this.scope } as const;
    try {
      for await (const entry of this.#store.read(uri, call.signal)) yield fromRunSetting(entry);
    } catch (error) {
      throw toSessionError(error, { ...failed, nowMs: this.#ports.clock.nowMs() });
    }
  }

  unstageRuns(uri: string, call: CallContext): Promise<void> {
    const request = { name: 'DeleteObject', input: { uri }, callClass: 'writes' } as const;
    return this.#runner.run({ operation: 'unstageRuns', call }, ({ signal, requests }) =>
      observedRequest(requests, request, () => this.#store.remove(uri, signal)),
    );
  }

  start(request: BatchStartRequest, call: CallContext): Promise<BatchObservation> {
    return this.#runner.run({ operation: 'startBatch', call }, async (sub) => {
      const { id, status } = await this.#client.send('StartRunBatch', toStartInput(request, this.#config), sub);
      if (id === undefined || id === '') {
        const message = 'the answer of HealthOmics to start has no batch id; check what happened before you repeat it';
        throw new SessionError('unexpected', message, {
          operation: 'startBatch',
          provider: this.id,
          effect: 'unknown',
        });
      }
      const { owner, token, name, labels, runs } = request;
      const runListUri = 'uri' in runs ? runs.uri : undefined;
      const details = omitUndefined<BatchDetails>({ labels, ownership: { owner, token }, name, runListUri });
      return fromStatus(status, this.#context(this.#handle(id)), details);
    });
  }

  describe(handle: SessionHandle, call: CallContext): Promise<BatchObservation> {
    return this.#runner.run({ operation: 'describe', handle, call }, (sub) => this.#get(handle, sub));
  }

  async listPage(filter: BatchFilter, cursor: Cursor | undefined, call: CallContext): Promise<Page<BatchObservation>> {
    const statuses = filter.by === 'state' ? nativesOf(BATCH_STATUSES, filter.state) : [undefined];
    const { at, token } = readCursor(cursor);
    return this.#runner.run({ operation: 'listPage', call }, async (sub) => {
      const input = {
        maxItems: this.capabilities.listPageSize,
        status: statuses[at],
        name: filter.by === 'token' ? filter.token : undefined,
        startingToken: token,
      };
      const { items = [], nextToken } = await this.#client.send('ListBatch', input, sub);
      const entries = items.flatMap((item) =>
        item.id === undefined ? [] : [fromListItem(item, this.#context(this.#handle(item.id)))],
      );
      return withNext(entries, { at, token: nextToken, count: statuses.length });
    });
  }

  async runsPage(
    handle: SessionHandle,
    filter: RunRowFilter,
    cursor: Cursor | undefined,
    call: CallContext,
  ): Promise<Page<RunRow>> {
    const [submissionStatus] = filter.by === 'submission' ? nativesOf(SUBMISSION_STATUSES, filter.submission) : [];
    return this.#runner.run({ operation: 'runsPage', handle, call }, async (sub) => {
      const input = {
        batchId: handle.id,
        maxItems: this.capabilities.listPageSize,
        submissionStatus,
        runSettingId: filter.by === 'id' ? filter.id : undefined,
        runId: filter.by === 'runId' ? filter.runId : undefined,
        startingToken: cursor,
      };
      const { runs = [], nextToken } = await this.#client.send('ListRunsInBatch', input, sub);
      return { entries: runs.flatMap((row) => toRunRow(row) ?? []), ...(nextToken && { next: nextToken }) };
    });
  }

  async runStatesPage(
    handle: SessionHandle,
    state: RunState | undefined,
    cursor: Cursor | undefined,
    call: CallContext,
  ): Promise<Page<RunStatus>> {
    const statuses = state === undefined ? [undefined] : nativesOf(RUN_STATUSES, state);
    const { at, token } = readCursor(cursor);
    return this.#runner.run({ operation: 'runStatesPage', handle, call }, async (sub) => {
      const maxResults = this.capabilities.listPageSize;
      const input = { batchId: handle.id, maxResults, status: statuses[at], startingToken: token };
      const { items = [], nextToken } = await this.#client.send('ListRuns', input, sub);
      const entries = items.flatMap((item) => toRunStatus(item) ?? []);
      return withNext(entries, { at, token: nextToken, count: statuses.length });
    });
  }

  describeRun(handle: SessionHandle, runId: string, call: CallContext): Promise<RunStatus> {
    return this.#runner.run({ operation: 'describeRun', handle, call }, async (sub) =>
      toDescribedRun(runId, await this.#client.send('GetRun', { id: runId }, sub)),
    );
  }

  async cancel(handle: SessionHandle, call: CallContext): Promise<BatchObservation> {
    return this.#orAlready(
      { operation: 'cancel', handle, call },
      (sub) => this.#client.send('CancelRunBatch', { batchId: handle.id }, sub),
      ({ state, final }) => state === 'stopping' || final,
    );
  }

  async deleteRuns(handle: SessionHandle, call: CallContext): Promise<BatchObservation> {
    return this.#orAlready(
      { operation: 'deleteRuns', handle, call },
      (sub) => this.#client.send('DeleteRunBatch', { batchId: handle.id }, sub),
      ({ nativeState }) => nativeState === 'RUNS_DELETING' || nativeState === 'RUNS_DELETED',
    );
  }

  async deleteRecord(handle: SessionHandle, call: CallContext): Promise<void> {
    try {
      await this.#runner.run({ operation: 'deleteRecord', handle, call }, (sub) =>
        this.#client.send('DeleteBatch', { batchId: handle.id }, sub),
      );
    } catch (error) {
      if (SessionError.is(error, 'not-found')) return;
      if (!isRefusal(error)) throw error;
      const seen = await this.#runner.run({ operation: 'deleteRecord', handle, call }, (sub) => this.#get(handle, sub));
      throw explained(error, seen);
    }
  }

  async close(): Promise<void> {
    this.#client.close();
    this.#store.close();
  }

  /**
   * Requests a change and describes the batch. A refusal is a success if the change has happened already: the service refuses
   * a repeated request after a lost answer.
   */
  async #orAlready(
    subject: { readonly operation: BatchOperation; readonly handle: SessionHandle; readonly call: CallContext },
    ask: (sub: ServiceCall) => Promise<unknown>,
    isDone: (seen: BatchObservation) => boolean,
  ): Promise<BatchObservation> {
    let refused: SessionError | undefined;
    try {
      await this.#runner.run(subject, ask);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refused = error;
    }
    const seen = await this.#runner.run(subject, (sub) => this.#get(subject.handle, sub));
    if (refused !== undefined && !isDone(seen)) throw explained(refused, seen);
    return seen;
  }

  async #get(handle: SessionHandle, sub: ServiceCall): Promise<BatchObservation> {
    return fromBatch(await this.#client.send('GetBatch', { batchId: handle.id }, sub), this.#context(handle));
  }

  #context(handle: SessionHandle): ObservationContext {
    return { handle, observedAtMs: this.#ports.clock.nowMs() };
  }

  #handle(id: string): SessionHandle {
    return { v: HANDLE_VERSION, provider: this.id, scope: this.scope, id };
  }
}
