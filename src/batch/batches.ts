import type { BatchObservation } from '../contract/batch-observation.ts';
import type { BatchFilter, BatchProvider, BatchStartRequest } from '../contract/batch-provider.ts';
import type { RunSpec } from '../contract/batch-run.ts';
import { assertHandleScope } from '../provider-kit/handle-scope.ts';
import { isStartToken } from '../contract/ownership.ts';
import type { Clock, Logger, Random } from '../contract/ports.ts';
import type { StagedRuns } from '../contract/run-list.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { parseHandle } from '../contract/parse-handle.ts';
import { sleep } from '../provider-kit/sleep.ts';
import type { Watcher } from '../contract/watcher.ts';
import { pages } from '../session/listing.ts';
import { CALL_CHECKS, callContext, type CallOptions } from '../session/call-context.ts';
import { assertNoProblems, assertOptions, assertValue, text } from '../session/option-checks.ts';
import { keyedToken, MAX_GENERATION, mintToken } from '../session/start-token.ts';
import { Batch } from './batch.ts';
import { LIST_CHECKS, START_CHECKS, type BatchListOptions, type StartBatchOptions } from './batch-options.ts';
import { problemsOfDefaultsShape } from './run-shape.ts';
import { estimateSubmission, type SubmissionEstimate } from './batch-status.ts';
import { readRuns, type SpooledRuns } from './read-runs.ts';
import { ambiguousStartError, startedAnywayError, startedNothing } from './ambiguous-start.ts';

/** After a lost answer the list is read at these intervals, milliseconds: lists lag behind starts. */
const LOOKUP_PAUSES_MS = [0, 1_000, 4_000];

/** The batch to attach to: its handle, the handle as JSON text, the key it was started with, or the token that an error names. */
export type BatchTarget = SessionHandle | string | { readonly key: string } | { readonly token: string };

/** What the facade needs. */
export interface BatchesParts {
  readonly environment: string;
  readonly owner: string;
  /** The provider with all layers. */
  readonly provider: BatchProvider;
  readonly watcher: Watcher<BatchObservation>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** All run batches of one environment. Closing it ends no batch: batches outlive the process that started them. */
export class Batches {
  readonly #parts: BatchesParts;

  /** @internal */
  constructor(parts: BatchesParts) {
    this.#parts = parts;
  }

  /** The environment's name in the config file. */
  get environment(): string {
    return this.#parts.environment;
  }

  /** The provider with all layers, for calls that the facade does not offer. */
  get provider(): BatchProvider {
    return this.#parts.provider;
  }

  /** How long submitting this many runs takes at the quota of this environment. Makes no call. */
  estimate(runs: number): SubmissionEstimate {
    if (!Number.isSafeInteger(runs) || runs < 1)
      assertNoProblems('estimate', ['the number of runs must be a whole number, 1 or more']);
    return estimateSubmission(runs, this.#parts.provider.capabilities.submissionsPerSecond);
  }

  /**
   * Reads and checks every run, then starts the batch. Resolves when the service has accepted it. The same key never starts a
   * second batch: a repeated start returns the first one, running or finished, and reads no runs.
   * @throws SessionError `invalid-request` that names the invalid runs; nothing was sent then.
   */
  async start(options: StartBatchOptions): Promise<Batch> {
    assertOptions('start', options, START_CHECKS);
    const { key, restart = false, defaults, runs } = options;
    const { provider, random } = this.#parts;
    assertNoProblems('start', [
      ...(restart && key === undefined ? ["'restart' needs a 'key'"] : []),
      ...((runs as unknown) === undefined ? ["'runs' is missing"] : []),
      ...((defaults as unknown) === undefined ? ["'defaults' is missing"] : problemsOfDefaultsShape(defaults)),
    ]);
    assertNoProblems(
      'start',
      provider.problemsOfDefaults(defaults).map((problem) => `defaults: ${problem}`),
    );
    if (key === undefined) return this.#startOnce(mintToken(random), options);
    for (let generation = 1; generation <= MAX_GENERATION; generation++) {
      const token = keyedToken(key, generation);
      const found = await this.#findToken(token, options);
      if (found === undefined) return this.#startOnce(token, options);
      if (!restart || !found.final) return this.#hold(found);
    }
    const message = `key '${key}' was restarted ${MAX_GENERATION} times; use another key`;
    throw new SessionError('conflict', message, { operation: 'start', provider: provider.id });
  }

  /**
   * Attaches to a batch that was started earlier or elsewhere.
   * @throws SessionError `invalid-request` for a malformed handle or one of another scope, `not-found`.
   */
  async attach(target: BatchTarget, options: CallOptions = {}): Promise<Batch> {
    assertOptions('attach', options, CALL_CHECKS);
    const { provider, clock } = this.#parts;
    if (typeof target === 'object' && 'key' in target) return this.#attachByKey(target.key, options);
    if (typeof target === 'object' && 'token' in target) return this.#attachByToken(target.token, options);
    const handle = parseHandle(target);
    assertHandleScope(provider, handle, 'attach');
    return this.#hold(await provider.describe(handle, callContext(clock, options)));
  }

  /** Lists the batches of the environment, of all owners. Listed batches have no counts. */
  list(options: BatchListOptions = {}): AsyncIterable<BatchObservation> {
    assertOptions('list', options, LIST_CHECKS);
    const { state } = options;
    return this.#listed(state === undefined ? { by: 'nothing' } : { by: 'state', state }, options);
  }

  /** Closes connections. Batches keep running. */
  async close(): Promise<void> {
    await this.#parts.provider.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #startOnce(token: string, options: StartBatchOptions): Promise<Batch> {
    const { provider, clock, logger } = this.#parts;
    const { defaults, signal } = options;
    const runs = await readRuns(options.runs, { provider, defaults, operation: 'start', signal });
    try {
      const staged = runs.inline === undefined ? await this.#stage(runs, token, options) : undefined;
      try {
        const first = await this.#send(this.#request(token, options, staged ?? runs.inline ?? []), options);
        return this.#hold(first, runs.inline);
      } catch (error) {
        if (staged !== undefined && startedNothing(error)) {
          await provider.unstageRuns(staged.uri, callContext(clock)).catch((second: unknown) => {
            logger.warn({ uri: staged.uri, error: second }, 'the run list of a failed start could not be removed');
          });
        }
        throw error;
      }
    } finally {
      await runs.remove();
    }
  }

  #stage(runs: SpooledRuns, token: string, { signal }: StartBatchOptions): Promise<StagedRuns> {
    const { provider, clock, logger } = this.#parts;
    return provider.stageRuns(runs, token, callContext(clock, { signal })).then((staged) => {
      logger.info({ ...staged, runs: runs.count, bytes: runs.sizeBytes }, 'a run list was staged');
      return staged;
    });
  }

  #request(token: string, options: StartBatchOptions, runs: readonly RunSpec[] | StagedRuns): BatchStartRequest {
    const { name, labels = {}, defaults } = options;
    return { token, owner: this.#parts.owner, labels, defaults, runs, ...(name !== undefined && { name }) };
  }

  /** When the answer was lost, or another process was first, the batch is found by its token. */
  async #send(request: BatchStartRequest, { signal }: StartBatchOptions): Promise<BatchObservation> {
    const { provider, clock } = this.#parts;
    try {
      return await provider.start(request, callContext(clock, { signal }));
    } catch (error) {
      if (startedNothing(error)) throw error;
      const found = await this.#findStarted(request.token);
      if (found === undefined) throw ambiguousStartError(error, request.token);
      if (SessionError.is(error, 'aborted')) throw startedAnywayError(error, found);
      return found;
    }
  }

  async #findStarted(token: string): Promise<BatchObservation | undefined> {
    const { clock, logger } = this.#parts;
    const never = new AbortController().signal;
    for (const pauseMs of LOOKUP_PAUSES_MS) {
      await sleep(clock, pauseMs, never);
      const found = await this.#findToken(token, {}).catch((error: unknown) => {
        logger.warn(
          { token, error },
          'the answer of a start was lost and the list could not be read to find its batch',
        );
        return undefined;
      });
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #attachByKey(key: string, options: CallOptions): Promise<Batch> {
    assertValue('attach', 'key', key, text(512));
    let latest: BatchObservation | undefined;
    for (let generation = 1; generation <= MAX_GENERATION; generation++) {
      const found = await this.#findToken(keyedToken(key, generation), options);
      if (found === undefined) break;
      latest = found;
    }
    if (latest !== undefined) return this.#hold(latest);
    throw this.#notFound(`has key '${key}'; start one with this key`);
  }

  async #attachByToken(token: string, options: CallOptions): Promise<Batch> {
    assertNoProblems('attach', isStartToken(token) ? [] : ["'token' must be the token that an error of a start names"]);
    const found = await this.#findToken(token, options);
    if (found !== undefined) return this.#hold(found);
    throw this.#notFound(`has token '${token}'; it was not started or its record was deleted`);
  }

  #notFound(what: string): SessionError {
    const { id, scope } = this.#parts.provider;
    return new SessionError('not-found', `no batch in '${scope}' ${what}`, { operation: 'attach', provider: id });
  }

  /** A list entry has few details, so the batch it names is described. */
  async #findToken(token: string, options: CallOptions): Promise<BatchObservation | undefined> {
    const { provider, clock } = this.#parts;
    for await (const { handle } of this.#listed({ by: 'token', token }, options)) {
      return provider.describe(handle, callContext(clock, options));
    }
    return undefined;
  }

  #listed(filter: BatchFilter, { signal }: BatchListOptions): AsyncGenerator<BatchObservation, void, undefined> {
    const { provider, clock } = this.#parts;
    return pages((cursor) => provider.listPage(filter, cursor, callContext(clock, { signal })), provider);
  }

  #hold(first: BatchObservation, inlineRuns?: readonly RunSpec[]): Batch {
    const { provider, clock, logger, watcher } = this.#parts;
    return new Batch({ provider, clock, logger, watcher, first, inlineRuns, start: (options) => this.start(options) });
  }
}
