import type { ColumnBatch } from '../contract/column-batch.ts';
import { SessionError } from '../contract/session-error.ts';
import type { StatementExecution } from '../contract/statement-runner.ts';
import { byteLengthOf } from './column-buffers.ts';
import { createDeferred, type Deferred } from './deferred.ts';
import { mergedError } from './statement-errors.ts';

/** What a stream of batches is made of. */
export interface BatchStreamParts {
  readonly execution: StatementExecution;
  /** Ends the pulling when it aborts. */
  readonly signal: AbortSignal;
  readonly maxRows: number;
  readonly maxResultBytes: number;
}

/**
 * Stands between an engine and the reader of a result: `pump` pulls from the engine, `take` hands to the reader.
 * One batch is pulled ahead of the reader, counted from the first one, which is fetched without being asked for: so
 * a result of at most one batch is known to be complete even if nobody reads it.
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
   * Pulls until the engine has no more or the signal aborts, and lets go of the engine in any case.
   * @throws SessionError `invalid-request` when there are more rows than allowed; whatever the engine fails with.
   * After an abort only a failure to let go counts.
   */
  async pump(): Promise<void> {
    const { execution, signal } = this.#parts;
    signal.addEventListener('abort', () => this.#tell(), { once: true });
    const failures: unknown[] = [];
    await this.#pullAll().catch((error: unknown) => signal.aborted || failures.push(error));
    await execution.close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw mergedError(failures);
  }

  /** The next batch, or `undefined` after the last one. @throws SessionError what the statement failed with. */
  async take(): Promise<ColumnBatch | undefined> {
    for (;;) {
      if (this.#end?.error !== undefined) throw this.#end.error;
      const batch = this.#ready.shift();
      if (batch !== undefined) {
        this.#taken += 1;
        this.#tell();
        return batch;
      }
      if (this.#end !== undefined) return undefined;
      await this.#change.promise;
    }
  }

  /** Tells the reader that nothing more comes; after an error not even what was pulled ahead. */
  finish(error: SessionError | undefined): void {
    this.#end ??= { error };
    this.#tell();
  }

  async #pullAll(): Promise<void> {
    const { execution, signal } = this.#parts;
    if (signal.aborted) return;
    for await (const batch of execution.batches()) {
      this.#accept(batch);
      if (!(await this.#isWanted())) return;
    }
  }

  /** Waits for the reader, and answers `false` when nobody wants more. */
  async #isWanted(): Promise<boolean> {
    const { signal } = this.#parts;
    while (!signal.aborted && this.#pulled > Math.max(this.#taken, 1)) await this.#change.promise;
    return !signal.aborted;
  }

  #accept(batch: ColumnBatch): void {
    // Engines may send batches without rows; a reader has no use for them.
    if (batch.rowCount === 0) return;
    const { maxRows, maxResultBytes } = this.#parts;
    this.#rowCount += batch.rowCount;
    this.#byteCount += byteLengthOf(batch);
    if (this.#rowCount > maxRows) throw tooMuch(`maxRows (${maxRows}) rows`, 'maxRows');
    if (this.#byteCount > maxResultBytes) throw tooMuch(`maxResultBytes (${maxResultBytes}) bytes`, 'maxResultBytes');
    this.#pulled += 1;
    this.#ready.push(batch);
    this.#tell();
  }

  #tell(): void {
    const { resolve } = this.#change;
    this.#change = createDeferred();
    resolve();
  }
}

function tooMuch(limit: string, option: string): SessionError {
  const message = `the result has more than ${limit} and was stopped; add a LIMIT to the statement or raise ${option}`;
  return new SessionError('invalid-request', message, { operation: 'execute' });
}
