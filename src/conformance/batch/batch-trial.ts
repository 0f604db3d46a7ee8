import { createHash, randomUUID } from 'node:crypto';
import type { BatchObservation } from '../../contract/batch-observation.ts';
import type { BatchProvider, BatchStartRequest, Page } from '../../contract/batch-provider.ts';
import type { RunSpec } from '../../contract/batch-run.ts';
import { isFinalBatchState } from '../../contract/batch-state.ts';
import type { ErrorKind } from '../../contract/error-kinds.ts';
import type { RunList } from '../../contract/run-list.ts';
import type { SessionError } from '../../contract/session-error.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import type { Cursor } from '../../contract/session-provider.ts';
import type { CallContext } from '../../contract/call-context.ts';
import { CaseBlocked, check } from '../conformance-case.ts';
import { expectError, outcomeOf } from '../outcome.ts';
import type { BatchFault, BatchFixture, BatchOracle, BatchSubject } from './batch-subject.ts';

const DEFAULT_PATIENCE_MS = 1_000;
const DEFAULT_LIMIT_MS = 3_600_000;
/** More pages than any case can fill. */
const MOST_PAGES = 100;

/** One case of run batches at work: a fresh service, a provider over it, and the few moves of which all cases are made. */
export class BatchTrial {
  readonly subject: BatchSubject;
  readonly provider: BatchProvider;
  readonly oracle: BatchOracle;
  /** What the report tells beside the outcome. */
  readonly notes: string[] = [];
  readonly #fixture: BatchFixture;

  constructor(subject: BatchSubject, fixture: BatchFixture) {
    this.subject = subject;
    this.#fixture = fixture;
    this.provider = fixture.createProvider();
    this.oracle = fixture.oracle;
  }

  get unknownHandle(): SessionHandle {
    return { v: 1, provider: this.provider.id, scope: this.provider.scope, id: this.#fixture.unknownBatchId };
  }

  get nowMs(): number {
    return this.#fixture.time.clock.nowMs();
  }

  /** Another provider object over the same service. */
  createProvider(): BatchProvider {
    return this.#fixture.createProvider();
  }

  /** The context of one call, without end and without abort unless said otherwise. */
  call(overrides: Partial<CallContext> = {}): CallContext {
    return { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, attempt: 1, ...overrides };
  }

  /** A request under a token of its own. */
  request(runs: BatchStartRequest['runs'], overrides: Partial<BatchStartRequest> = {}): BatchStartRequest {
    return {
      owner: 'conformance-kit',
      token: `kit-${randomUUID()}`,
      labels: {},
      defaults: this.#fixture.defaults,
      runs,
      ...overrides,
    };
  }

  /** Gives the outcome of a call, and lets time go by as far as the call needs it. */
  settle<T>(promise: Promise<T>): Promise<T> {
    return this.#fixture.time.settle(promise);
  }

  pass(ms: number): Promise<void> {
    return this.#fixture.time.pass(ms);
  }

  async inject(fault: BatchFault): Promise<void> {
    if (this.#fixture.inject === undefined)
      throw new Error(`the subject '${this.subject.name}' names faults and cannot inject them`);
    await this.#fixture.inject(fault);
  }

  start(
    runs: BatchStartRequest['runs'],
    overrides: Partial<BatchStartRequest> = {},
    provider = this.provider,
  ): Promise<BatchObservation> {
    return this.settle(provider.start(this.request(runs, overrides), this.call()));
  }

  describe(handle: SessionHandle): Promise<BatchObservation> {
    return this.settle(this.provider.describe(handle, this.call()));
  }

  /** Looks again and again until the batch is final; tells each look to `onLook`. @throws CaseBlocked when it does not become final. */
  async untilFinal(
    handle: SessionHandle,
    onLook: (observation: BatchObservation) => void = () => {},
  ): Promise<BatchObservation> {
    const { clock, limitMs = DEFAULT_LIMIT_MS } = this.#fixture.time;
    const endMs = clock.monotonicMs() + limitMs;
    for (;;) {
      const observation = await this.describe(handle);
      onLook(observation);
      const { state, final, nativeState } = observation;
      if (final && state !== undefined && !isFinalBatchState(state)) {
        throw new CaseBlocked('B-010', `the batch is ${nativeState} and said to be final`);
      }
      if (final) return observation;
      if (clock.monotonicMs() >= endMs) {
        throw new CaseBlocked('B-010', `the batch is ${nativeState} and does not become final`);
      }
      await this.pass(this.subject.capabilities.watchIntervalMs.min);
    }
  }

  /** Starts a batch and waits until it is not being created any more: until then a service may refuse to cancel it. */
  async startCreated(runs: BatchStartRequest['runs']): Promise<SessionHandle> {
    const { handle, ...first } = await this.start(runs);
    for (let { state } = first; state === 'creating'; { state } = await this.describe(handle)) await this.pass(1_000);
    return handle;
  }

  /** Every entry of a listing, page by page; no page may be larger than the provider says. */
  async all<Entry>(page: (cursor: Cursor | undefined) => Promise<Page<Entry>>): Promise<Entry[]> {
    const entries: Entry[] = [];
    let next: Cursor | undefined;
    for (let pages = 0; pages === 0 || next !== undefined; pages++) {
      if (pages === MOST_PAGES) throw new CaseBlocked('B-032', `the listing does not end after ${MOST_PAGES} pages`);
      const answer = await this.settle(page(next));
      const most = this.subject.capabilities.listPageSize;
      check(answer.entries.length <= most, `a page has ${answer.entries.length} entries; the provider says ${most}`);
      entries.push(...answer.entries);
      next = answer.next;
    }
    return entries;
  }

  /** Expects a call to fail with a SessionError of one of the kinds. */
  async fails(promise: Promise<unknown>, kinds: ErrorKind | readonly ErrorKind[], what: string): Promise<SessionError> {
    return expectError(await outcomeOf(this.settle(promise)), kinds, what);
  }

  /** Expects a call to fail although no time goes by. */
  async failsNow(promise: Promise<unknown>, kinds: ErrorKind | readonly ErrorKind[], what: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), this.subject.patienceMs ?? DEFAULT_PATIENCE_MS);
    });
    try {
      const outcome = await Promise.race([outcomeOf(promise), patience]);
      check(outcome !== undefined, `${what} does not settle although nothing is to be waited for`);
      expectError(outcome, kinds, what);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** So many runs, `run-0` onwards. */
export function someRuns(count: number): RunSpec[] {
  return Array.from({ length: count }, (_, at) => ({ id: `run-${at}` }));
}

/** Runs as a list that is to be staged. */
export function listOf(provider: BatchProvider, runs: readonly RunSpec[]): RunList {
  const bytes = Buffer.from(`[\n${runs.map((run) => provider.toRunListEntry(run)).join(',\n')}\n]\n`);
  return {
    count: runs.length,
    sizeBytes: bytes.length,
    digest: createHash('sha256').update(bytes).digest('hex'),
    async *open() {
      yield await Promise.resolve(bytes);
    },
  };
}
