import type { ColumnBatch } from '../contract/column-batch.ts';
import { SessionError } from '../contract/session-error.ts';
import type { StatementExecution } from '../contract/statement-runner.ts';
import { checkBatch } from './check-batch.ts';
import { byteLengthOf } from './column-buffers.ts';
import { createDeferred, type Deferred } from './deferred.ts';
import { mergedError } from './statement-errors.ts';

/** What a stream of batches needs. */
export interface BatchStreamParts {
  readonly execution: StatementExecution;
  /** Ends the pulling when it aborts. */
  readonly signal: AbortSignal;
  readonly maxRows: number;
  readonly maxResultBytes: number;
}

/**
 * Connects an engine with the reader of its result: `pump` pulls from the engine, `take` gives to the reader. It pulls one
 * batch ahead of the reader. The first batch is pulled without a reader, so that a result of at most one batch completes
 * even if nobody reads it.
 * Decision 8: docs/decisions/0008-results-are-read-whole-or-streamed.md
 */
export class BatchStream {
  readonly #parts: BatchStreamParts;
  readonly #ready: ColumnBatch[] = [];
  #pulled = 0;
  #taken = 0;
  #rowCount = 0;
  #byteCount = 0;
  #end: { readonly error: SessionError | undefined } | undefined;
  /** Resolves at the next change of any of the above. */
  #change: Deferred<void> = createDeferred();

  constructor(parts: BatchStreamParts) {
    this.#parts = parts;
  }

  /**
   * Pulls until the engine has no more batches or the signal aborts. Closes the execution in any case.
   * @throws SessionError `invalid-request` when there are more rows than allowed; `unexpected` for a damaged batch; the engine's error. After an abort, only
   * an error of closing counts.
   */
  async pump(): Promise<void> {
    const { execution, signal } = this.#parts;
    signal.addEventListener('abort', () => this.#notify(), { once: true });
    const failures: unknown[] = [];
    await this.#pullAll().catch((error: unknown) => signal.aborted || failures.push(error));
    await execution.close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw mergedError(failures);
  }

  /** The next batch, or `undefined` after the last one. @throws SessionError the error of the statement. */
  async take(): Promise<ColumnBatch | undefined> {
    for (;;) {
      if (this.#end?.error !== undefined) throw this.#end.error;
      const batch = this.#ready.shift();
      if (batch !== undefined) {
        this.#taken += 1;
        this.#notify();
        return batch;
      }
      if (this.#end !== undefined) return undefined;
      await this.#change.promise;
    }
  }

  /** Ends the stream for the reader. After an error the reader does not get the batches that were pulled ahead. */
  finish(error: SessionError | undefined): void {
    this.#end ??= { error };
    this.#notify();
  }

  async #pullAll(): Promise<void> {
    const { execution, signal } = this.#parts;
    if (signal.aborted) return;
    for await (const batch of execution.batches()) {
      this.#accept(batch);
      if (!(await this.#isWanted())) return;
    }
  }

  /** Waits for the reader. Returns `false` when the signal aborts. */
  async #isWanted(): Promise<boolean> {
    const { signal } = this.#parts;
    while (!signal.aborted && this.#pulled > Math.max(this.#taken, 1)) await this.#change.promise;
    return !signal.aborted;
  }

  #accept(batch: ColumnBatch): void {
    // Engines may send batches without rows, which are of no use for the reader.
    if (batch.rowCount === 0) return;
    const { execution, maxRows, maxResultBytes } = this.#parts;
    // What carries an IPC message was checked by the reader of that message; its columns are converted when they are read.
    if (batch.ipcMessage === undefined) checkBatch(batch, execution.fields);
    this.#rowCount += batch.rowCount;
    if (maxResultBytes !== Number.POSITIVE_INFINITY) this.#byteCount += byteLengthOf(batch);
    if (this.#rowCount > maxRows) throw tooLarge(`${maxRows} rows`, 'maxRows');
    if (this.#byteCount > maxResultBytes) throw tooLarge(`${maxResultBytes} bytes`, 'maxResultBytes');
    this.#pulled += 1;
    this.#ready.push(batch);
    this.#notify();
  }

  #notify(): void {
    const { resolve } = this.#change;
    this.#change = createDeferred();
    resolve();
  }
}

function tooLarge(limit: string, option: string): SessionError {
  const message = `The result has more than ${limit} and was stopped. Add a LIMIT to the statement or raise ${option}.`;
  return new SessionError('invalid-request', message, { operation: 'execute' });
}
