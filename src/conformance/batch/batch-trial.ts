import { createHash, randomUUID } from 'node:crypto';
import type { BatchObservation } from '../../contract/batch-observation.ts';
import type { BatchCapabilities, BatchProvider, BatchStartRequest, Page } from '../../contract/batch-provider.ts';
import type { RunDefaults, RunSpec } from '../../contract/batch-run.ts';
import { isFinalBatchState } from '../../contract/batch-state.ts';
import type { BatchOperation } from '../../contract/operations.ts';
import type { RunList } from '../../contract/run-list.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import type { Cursor } from '../../contract/session-provider.ts';
import { CaseBlocked, check } from '../check.ts';
import { casesNeeding, type KitCase, type Need } from '../kit-case.ts';
import { KitTrial } from '../kit-trial.ts';
import type { Eventually, KitFacts, KitFixture, KitSubject } from '../subject.ts';

const DEFAULT_LIMIT_MS = 3_600_000;

/** A fault that a service of run batches shows on demand. */
export type BatchFault =
  /** The next request of the operation has its effect, and the connection breaks before the answer. */
  | { readonly kind: 'lost-answer'; readonly operation: BatchOperation }
  /** The batches show a state that no release knows. */
  | { readonly kind: 'unknown-state' };

/** The facts that decide which cases apply to a provider of run batches. */
export interface BatchFacts extends KitFacts<BatchCapabilities, BatchFault['kind']> {
  /** Ids of runs that the service refuses to submit, and that fail, each the first time; absent where that is not possible. */
  readonly doomedRuns?: { readonly refused: string; readonly failing: string } | undefined;
}

/** What the kit checks: a provider of run batches, and a service behind it that reports what happened and fails on demand. */
export interface BatchSubject extends BatchFacts, KitSubject<BatchFixture> {}

/** One fresh service of run batches, for one case. */
export interface BatchFixture extends KitFixture<BatchProvider, BatchOracle, BatchFault> {
  /** A well-formed id that no batch has. */
  readonly unknownBatchId: string;
  /** What the runs of the kit have in common. */
  readonly defaults: RunDefaults;
}

/** What really happened, reported by the service itself: never by the provider under test. */
export interface BatchOracle {
  /** How many requests have arrived, of one operation or of all. */
  requestCount(operation?: BatchOperation): Eventually<number>;
  /** The ids of all batches that were ever started. */
  started(): Eventually<readonly string[]>;
  /** How many runs of a batch still hold something. */
  liveRuns(batchId: string): Eventually<number>;
}

/** One check of one rule of run batches. */
export type BatchCase = KitCase<BatchFacts, BatchTrial>;

/** Returns a function that defines cases which apply where all needs are met. */
export function caseNeeding(
  ...needs: readonly Need<BatchFacts>[]
): (rule: string, title: string, run: (trial: BatchTrial) => Promise<void>) => BatchCase {
  return casesNeeding(needs);
}

/** Applies where runs can be made to fail. */
export function needsDoomedRuns({ doomedRuns }: BatchFacts): string | undefined {
  return doomedRuns === undefined ? 'a service that can be made to refuse and fail runs' : undefined;
}

/** One running case of run batches: a fresh service, a provider over it, and the moves of which all cases are made. */
export class BatchTrial extends KitTrial<BatchProvider, BatchOracle, BatchFault> {
  readonly subject: BatchSubject;
  readonly #defaults: RunDefaults;

  constructor(subject: BatchSubject, fixture: BatchFixture) {
    super({ subject, fixture, unknownId: fixture.unknownBatchId, defaultLimitMs: DEFAULT_LIMIT_MS });
    this.subject = subject;
    this.#defaults = fixture.defaults;
  }

  /** The runs that fail, where {@link needsDoomedRuns} lets the case apply. */
  get doomedRuns(): { readonly refused: string; readonly failing: string } {
    if (this.subject.doomedRuns !== undefined) return this.subject.doomedRuns;
    throw new Error(`the subject '${this.subject.name}' has no doomed runs`);
  }

  /** A request with a new token. */
  request(runs: BatchStartRequest['runs'], overrides: Partial<BatchStartRequest> = {}): BatchStartRequest {
    const token = `kit-${randomUUID()}`;
    return { owner: 'conformance-kit', token, labels: {}, defaults: this.#defaults, runs, ...overrides };
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

  /** Polls until the batch is final, and passes each observation on. @throws CaseBlocked when it does not become final. */
  async untilFinal(
    handle: SessionHandle,
    onObservation: (observation: BatchObservation) => void = () => {},
  ): Promise<BatchObservation> {
    const poll = async (): Promise<BatchObservation> => {
      const observation = await this.describe(handle);
      onObservation(observation);
      return observation;
    };
    const { state, final, ...rest } = await this.pollUntil(poll, (seen) => seen.final);
    if (!final) throw new CaseBlocked('B-010', `the batch is ${rest.nativeState} and does not become final`);
    const isTrue = state === undefined || isFinalBatchState(state);
    if (!isTrue) throw new CaseBlocked('B-010', `the batch is ${rest.nativeState} and reported as final`);
    return { ...rest, state, final };
  }

  /** Starts a batch and waits until it has ended. */
  async startFinal(runs: BatchStartRequest['runs']): Promise<SessionHandle> {
    const { handle } = await this.start(runs);
    await this.untilFinal(handle);
    return handle;
  }

  /** Starts a batch and waits until it is created: until then a service may refuse to cancel it. */
  async startCreated(runs: BatchStartRequest['runs']): Promise<SessionHandle> {
    const { handle, ...first } = await this.start(runs);
    for (let { state } = first; state === 'creating'; { state } = await this.describe(handle)) await this.pass(1_000);
    return handle;
  }

  /** Every entry of a listing, page by page; no page may be larger than the capabilities say. */
  async all<Entry>(page: (cursor: Cursor | undefined) => Promise<Page<Entry>>): Promise<readonly Entry[]> {
    const pages = await this.pages('B-032', page);
    const { listPageSize } = this.subject.capabilities;
    const largest = Math.max(...pages.map(({ entries }) => entries.length));
    check(largest <= listPageSize, `a page has ${largest} entries and may have ${listPageSize}`);
    return pages.flatMap(({ entries }) => entries);
  }
}

/** A number of runs, `run-0` onwards. */
export function someRuns(count: number): RunSpec[] {
  return Array.from({ length: count }, (_, at) => ({ id: `run-${at}` }));
}

/** Runs as a list to stage. */
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
