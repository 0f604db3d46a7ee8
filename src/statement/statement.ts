import { onAbort } from '../provider-kit/on-abort.ts';
import type { Clock, Logger, Random } from '../contract/ports.ts';
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
import { hasEnded, type StatementState } from './statement-state.ts';

export type { StatementOptions };

/** How long an engine has to confirm that it stopped, milliseconds; afterwards its caller waits no longer. */
export const STOP_PATIENCE_MS = 5000;

/** What a statement stands on. */
export interface StatementPorts {
  /** The session to run in. */
  readonly handle: SessionHandle;
  /** Measures timeouts and the pauses of progress. */
  readonly clock: Clock;
  /** Makes the id. */
  readonly random: Random;
  /** Hears of listeners that throw. */
  readonly logger: Logger;
  /** Resolves, with what runs its statements, when the session takes work; settles at once when the signal aborts. */
  readonly whenReady: (signal: AbortSignal) => Promise<StatementRunner>;
}

/** One statement on its way through a session. */
export class Statement {
  /** `stmt-` and sixteen hexadecimal digits; the engine knows the execution by it. */
  readonly id: string;
  /** The SQL, as it was submitted. */
  readonly text: string;
  /** Resolves when the statement has ended, however it ended, and its engine has let go of it; never rejects. */
  readonly done: Promise<void>;

  readonly #ports: StatementPorts;
  readonly #config: StatementConfig;
  readonly #listeners: StatementListeners;
  readonly #progress: ProgressPoll;
  /** The one signal of the execution's whole life; its reason is a SessionError. */
  readonly #controller = new AbortController();
  readonly #result = createDeferred<Result>();
  readonly #end: Deferred<void> = createDeferred();
  /** What must not outlive the statement: timers, and the listener on the caller's signal. */
  readonly #leftovers: (() => void)[] = [];
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
    this.#progress = new ProgressPoll(ports.clock, () => this.#tellProgress());
    this.id = `stmt-${ports.random.hex(16)}`;
    this.text = text;
    this.done = this.#end.promise;
    // Nobody need ask for the result of a statement that fails.
    this.#result.promise.catch(() => {});
  }

  /**
   * Checks the request and sends the statement on its way: it waits until the session takes work, then it runs.
   * @throws SessionError `invalid-request` for an empty text or wrong options, `aborted` when the signal has aborted already.
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

  /** Where it is in its life. */
  get state(): StatementState {
    return this.#state;
  }

  /**
   * Calls back at every event from now on, until the returned function is called. A listener that throws is logged.
   * @throws SessionError `invalid-request` for an event that does not exist.
   */
  on<E extends keyof StatementEvents>(event: E, listener: (news: StatementEvents[E]) => void): () => void {
    const remove = this.#listeners.add(event, listener);
    this.#switchProgress();
    return () => {
      remove();
      this.#switchProgress();
    };
  }

  /**
   * The result, as soon as its columns are known.
   * @throws SessionError what the statement failed with: `invalid-request` for SQL that the engine refuses, `timeout`,
   * `aborted` when it was cancelled, `conflict` or `session-failed` when the session takes no work.
   */
  result(): Promise<Result> {
    return this.#result.promise;
  }

  /**
   * Cancels the statement and resolves when its engine has stopped. Cancelling twice at once is one cancel.
   * @throws SessionError `conflict` when the statement has ended before; `timeout` when the engine does not confirm.
   */
  async cancel(): Promise<void> {
    if (hasEnded(this.#state)) throw endedError(this.#atHand);
    return this.#stop({ state: 'cancelled', error: cancelledError(this.#atHand) });
  }

  async #run(): Promise<void> {
    this.#watchTheCaller();
    try {
      await this.#execute();
      this.#settle(SUCCEEDED);
    } catch (error) {
      this.#settle({ state: 'failed', error: statementError(this.#atHand, error) });
    }
  }

  #watchTheCaller(): void {
    const { signal, timeoutMs } = this.#config;
    if (timeoutMs !== undefined) {
      const onTimeout = (): void =>
        void this.#stop({ state: 'failed', error: timeoutError(this.#atHand, timeoutMs) }).catch(() => {});
      this.#leftovers.push(this.#ports.clock.schedule(timeoutMs, onTimeout));
    }
    if (signal !== undefined) {
      const onCancel = (): void =>
        void this.#stop({ state: 'cancelled', error: cancelledError(this.#atHand, signal.reason) }).catch(() => {});
      this.#leftovers.push(onAbort(signal, onCancel));
    }
  }

  async #execute(): Promise<void> {
    const { signal } = this.#controller;
    const { handle, whenReady } = this.#ports;
    const { parameters, maxRows, maxResultBytes } = this.#config;
    const runner = await whenReady(signal);
    if (signal.aborted) return;
    this.#runner = runner;
    this.#enter('running');
    const request = { id: this.id, text: this.text, ...(parameters === undefined ? {} : { parameters }) };
    // The statement keeps its own time, from queueing to the last row: no single call has a deadline.
    const call = { signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 };
    const execution = await runner.execute(handle, request, call).catch((error: unknown) => {
      // Once it was told to stop, how it stops is no news.
      if (!signal.aborted) throw error;
      return undefined;
    });
    if (execution === undefined) return;
    const stream = (this.#stream = new BatchStream({ execution, signal, maxRows, maxResultBytes }));
    // An engine may accept a statement that was told to stop meanwhile; then it is only let go of.
    if (this.#ending === undefined) {
      const metrics = () => execution.metrics?.() ?? [];
      const source = { take: () => stream.take(), close: () => this.#close(), metrics };
      this.#result.resolve(new Result(execution.fields, source));
    }
    await stream.pump();
  }

  /** The reader wants no more: what was wanted has been read, so this is no failure. */
  async #close(): Promise<void> {
    if (!hasEnded(this.#state)) await this.#stop(SUCCEEDED);
  }

  /** Makes the engine stop; of several reasons to stop the first one counts. */
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
      const giveUp = (): void =>
        this.#settle({ state: 'failed', error: unconfirmedError(this.#atHand, STOP_PATIENCE_MS) });
      this.#leftovers.push(clock.schedule(STOP_PATIENCE_MS, giveUp));
    }
    await this.done;
    if (this.#notStopped !== undefined) throw this.#notStopped;
  }

  /** Ends the statement as it was told to end, or else as it was seen to end. */
  #settle(seen: StatementEnding): void {
    if (hasEnded(this.#state)) return;
    const told = this.#ending;
    // The engine was told to stop and did not let go: that hides neither why it had to stop nor itself.
    if (told !== undefined) this.#notStopped = seen.error;
    const { state, error } = told === undefined ? seen : mergedEnding(told, seen);
    for (const cleanUp of this.#leftovers) cleanUp();
    this.#stream?.finish(error);
    if (error !== undefined) this.#result.reject(error);
    this.#enter(state);
    this.#end.resolve();
  }

  #enter(state: StatementState): void {
    this.#state = state;
    this.#switchProgress();
    this.#listeners.tell('state', state);
  }

  #switchProgress(): void {
    this.#progress.switch(this.#state === 'running' && this.#listeners.has('progress'));
  }

  #tellProgress(): void {
    const { handle, logger } = this.#ports;
    try {
      const progress = this.#runner?.progress(handle, this.id);
      if (progress !== undefined) this.#listeners.tell('progress', progress);
    } catch (error) {
      logger.error({ statement: this.id, error }, 'the progress of a statement could not be read');
    }
  }

  get #atHand(): { readonly id: string; readonly handle: SessionHandle; readonly state: StatementState } {
    return { id: this.id, handle: this.#ports.handle, state: this.#state };
  }
}
