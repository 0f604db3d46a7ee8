import { onAbort } from '../provider-kit/on-abort.ts';
import type { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { StatementRunner } from '../contract/statement-runner.ts';
import { BatchStream } from './batch-stream.ts';
import { createDeferred, type Deferred } from './deferred.ts';
import { ProgressPoll } from './progress-poll.ts';
import { Result } from './result.ts';
import { mergedEnding, type StatementEnding, SUCCEEDED } from './statement-ending.ts';
import {
  cancelledError,
  closedError,
  endedError,
  statementError,
  timeoutError,
  unconfirmedError,
} from './statement-errors.ts';
import {
  assertStatementText,
  parseStatementOptions,
  type StatementConfig,
  type StatementOptions,
} from './statement-options.ts';
import { type StatementEvents, StatementListeners } from './statement-listeners.ts';
import type { StatementPorts } from './statement-ports.ts';
import { hasEnded, type StatementState } from './statement-state.ts';

export type { StatementOptions };

/** How long the caller waits for the engine to confirm that it stopped, milliseconds. */
export const STOP_TIMEOUT_MS = 5000;

/** One statement in a session. */
export class Statement {
  /** `stmt-` and sixteen hexadecimal digits. It names the execution for the engine. */
  readonly id: string;
  /** The SQL, as it was submitted. */
  readonly text: string;
  /** Resolves when the statement has ended in any way and the engine has released it. Never rejects. */
  readonly done: Promise<void>;

  readonly #ports: StatementPorts;
  readonly #config: StatementConfig;
  readonly #listeners: StatementListeners;
  readonly #progress: ProgressPoll;
  /** The signal of the whole execution. Its reason is a SessionError. */
  readonly #controller = new AbortController();
  readonly #result = createDeferred<Result>();
  readonly #end: Deferred<void> = createDeferred();
  /** Removes the timers, and the listener on the caller's signal. */
  readonly #cleanUps: (() => void)[] = [];
  #state: StatementState = 'queued';
  #runner: StatementRunner | undefined;
  #stream: BatchStream | undefined;
  #ending: StatementEnding | undefined;
  #stopping: Promise<void> | undefined;
  #notStopped: SessionError | undefined;

  /** @internal */
  constructor(ports: StatementPorts, text: string, config: StatementConfig) {
    this.#ports = ports;
    this.#config = config;
    this.#listeners = new StatementListeners(ports.logger);
    this.#progress = new ProgressPoll(ports.clock, () => this.#emitProgress());
    this.id = `stmt-${ports.random.hex(16)}`;
    this.text = text;
    this.done = this.#end.promise;
    // A failed statement whose result nobody wants must not crash the process.
    this.#result.promise.catch(() => {});
  }

  /**
   * Checks the request and starts the statement, which waits until the session accepts work and then runs.
   * @throws SessionError `invalid-request` for an empty text or wrong options, `aborted` when the signal is already aborted.
   * @internal Users get statements from `session.submit()`.
   */
  static submit(ports: StatementPorts, text: string, options: StatementOptions = {}): Statement {
    assertStatementText(text);
    const config = parseStatementOptions(options);
    const statement = new Statement(ports, text, config);
    if (config.signal?.aborted === true) throw cancelledError(statement.#atHand, config.signal.reason);
    void statement.#run();
    return statement;
  }

  /** The current state. */
  get state(): StatementState {
    return this.#state;
  }

  /**
   * Calls the listener at every event, until the returned function is called. A listener that throws is logged.
   * @throws SessionError `invalid-request` for an unknown event.
   */
  on<E extends keyof StatementEvents>(event: E, listener: (payload: StatementEvents[E]) => void): () => void {
    const remove = this.#listeners.add(event, listener);
    this.#switchProgress();
    return () => {
      remove();
      this.#switchProgress();
    };
  }

  /**
   * The result, as soon as its columns are known.
   * @throws SessionError the error of the statement: `invalid-request` for SQL that the engine rejects, `timeout`,
   * `aborted` when it was cancelled, `conflict` or `session-failed` when the session accepts no work.
   */
  result(): Promise<Result> {
    return this.#result.promise;
  }

  /**
   * Cancels the statement and resolves when the engine has stopped. Two calls at once cancel once.
   * @throws SessionError `conflict` when the statement has already ended; `timeout` when the engine does not confirm.
   */
  async cancel(): Promise<void> {
    if (hasEnded(this.#state)) throw endedError(this.#atHand);
    return this.#stop({ state: 'cancelled', error: cancelledError(this.#atHand) });
  }

  async #run(): Promise<void> {
    this.#watchCaller();
    try {
      await this.#execute();
      this.#settle(SUCCEEDED);
    } catch (error) {
      this.#settle({ state: 'failed', error: statementError(this.#atHand, error) });
    }
  }

  #watchCaller(): void {
    const { signal, timeoutMs } = this.#config;
    if (timeoutMs !== undefined) {
      const onTimeout = (): void =>
        void this.#stop({ state: 'failed', error: timeoutError(this.#atHand, timeoutMs) }).catch(() => {});
      this.#cleanUps.push(this.#ports.clock.schedule(timeoutMs, onTimeout));
    }
    if (signal !== undefined) {
      const onCancel = (): void =>
        void this.#stop({ state: 'cancelled', error: cancelledError(this.#atHand, signal.reason) }).catch(() => {});
      this.#cleanUps.push(onAbort(signal, onCancel));
    }
  }

  async #execute(): Promise<void> {
    const { signal } = this.#controller;
    const { handle, whenReady, span } = this.#ports;
    const { parameters, maxRows, maxResultBytes } = this.#config;
    const runner = await whenReady(signal);
    if (signal.aborted) return;
    this.#runner = runner;
    this.#enter('running');
    const request = { id: this.id, text: this.text, ...(parameters === undefined ? {} : { parameters }) };
    // The statement has its own timeout, from queueing to the last row, so this call has no deadline.
    const call = { signal, deadline: Number.POSITIVE_INFINITY, attempt: 1, ...(span && { span }) };
    const execution = await runner.execute(handle, request, call).catch((error: unknown) => {
      // After a stop, the engine's error is expected.
      if (!signal.aborted) throw error;
      return undefined;
    });
    if (execution === undefined) return;
    const stream = (this.#stream = new BatchStream({ execution, signal, maxRows, maxResultBytes }));
    // If the statement was stopped meanwhile, its execution is only closed.
    if (this.#ending === undefined) {
      const source = {
        take: () => stream.take(),
        close: () => this.#close(),
        metrics: () => execution.metrics?.() ?? [],
      };
      this.#result.resolve(new Result(execution.fields, source));
    }
    await stream.pump();
  }

  /** The reader is done, so this is a success. */
  async #close(): Promise<void> {
    if (!hasEnded(this.#state)) await this.#stop(SUCCEEDED);
  }

  /** Makes the engine stop. The first reason to stop counts. */
  #stop(ending: StatementEnding): Promise<void> {
    this.#stopping ??= this.#stopOnce(ending);
    return this.#stopping;
  }

  async #stopOnce(ending: StatementEnding): Promise<void> {
    const { clock } = this.#ports;
    this.#ending = ending;
    this.#controller.abort(ending.error ?? closedError(this.#atHand));
    if (this.#state === 'queued') {
      this.#settle(SUCCEEDED);
    } else {
      const onTimeout = (): void =>
        this.#settle({ state: 'failed', error: unconfirmedError(this.#atHand, STOP_TIMEOUT_MS) });
      this.#cleanUps.push(clock.schedule(STOP_TIMEOUT_MS, onTimeout));
    }
    await this.done;
    if (this.#notStopped !== undefined) throw this.#notStopped;
  }

  /** Ends the statement as requested, or else as the engine ended it. */
  #settle(observed: StatementEnding): void {
    if (hasEnded(this.#state)) return;
    const requested = this.#ending;
    if (requested !== undefined) this.#notStopped = observed.error;
    const { state, error } = requested === undefined ? observed : mergedEnding(requested, observed);
    for (const cleanUp of this.#cleanUps) cleanUp();
    this.#stream?.finish(error);
    if (error !== undefined) this.#result.reject(error);
    this.#enter(state);
    this.#ports.span?.end(error);
    this.#end.resolve();
  }

  #enter(state: StatementState): void {
    this.#state = state;
    this.#ports.span?.event('state', { state, statement: this.id });
    this.#switchProgress();
    this.#listeners.emit('state', state);
  }

  #switchProgress(): void {
    this.#progress.switch(this.#state === 'running' && this.#listeners.has('progress'));
  }

  #emitProgress(): void {
    const { handle, logger } = this.#ports;
    try {
      const progress = this.#runner?.progress(handle, this.id);
      if (progress !== undefined) this.#listeners.emit('progress', progress);
    } catch (error) {
      logger.error({ statement: this.id, error }, 'The progress of a statement could not be read.');
    }
  }

  get #atHand(): { readonly id: string; readonly handle: SessionHandle; readonly state: StatementState } {
    return { id: this.id, handle: this.#ports.handle, state: this.#state };
  }
}
