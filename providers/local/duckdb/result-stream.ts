import type { ColumnBatch, ColumnField } from '../../../src/contract/column-batch.ts';
import type { SessionError } from '../../../src/contract/session-error.ts';
import type { StatementExecution } from '../../../src/contract/statement-runner.ts';
import { abortedError } from '../../../src/provider-kit/aborted-error.ts';
import { onAbort } from '../../../src/provider-kit/on-abort.ts';
import { raceAbort } from '../../../src/provider-kit/race-abort.ts';
import { executeError, toSessionError } from '../errors.ts';
import { BatchBuilder, nextBatchRows } from './batch-builder.ts';
import { type DataChunk, type Result, RESULT_INVALID, RESULT_NOTHING } from './binding.ts';
import type { ColumnLayout } from './columns/column-builder.ts';
import { columnLayout } from './columns/column-layout.ts';
import { interruptible, type InterruptibleWork } from './interruptible.ts';

/** What a stream is made of. */
export interface ResultStreamParts extends InterruptibleWork {
  readonly result: Result;
  /** Finds out why the result failed after so many rows; the binding reports no reason. */
  readonly explainFailure: (rowCount: number, signal: AbortSignal) => Promise<SessionError>;
}

/**
 * A result that is fetched as its reader asks for it, one chunk ahead: a small result is complete, and its connection free,
 * at once. When the connection is needed for the next statement, {@link ResultStream.keepRest} reads the rest into memory.
 */
export class ResultStream implements StatementExecution {
  readonly fields: readonly ColumnField[];
  /** Resolves when the engine has released this result. */
  readonly finished: Promise<void>;
  readonly #parts: ResultStreamParts;
  readonly #layouts: readonly ColumnLayout[];
  readonly #kept: ColumnBatch[] = [];
  readonly #stop = new AbortController();
  #end: () => void = () => {};
  #isFinished = false;
  #wasRead = false;
  #isClosed = false;
  /** The chunk after the last batch; it may still be on its way. */
  #next: Promise<DataChunk | undefined> = Promise.resolve(undefined);
  /** Settles, never rejects, when no fetch is running. */
  #fetching: Promise<unknown> = Promise.resolve();
  #fetchedRows = 0;
  /** How many rows the next batch needs; the first one needs one chunk. */
  #batchRows = 1;
  /** Serializes the reader and {@link keepRest}. */
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * Opens a stream over a result and waits for its first rows.
   * @throws SessionError when the result fails before them, or `unsupported` when a column's type is not supported.
   */
  static async open(parts: ResultStreamParts): Promise<ResultStream> {
    let stream: ResultStream;
    try {
      stream = new ResultStream(parts, readLayouts(parts));
    } catch (error) {
      await abandon(parts);
      throw error;
    }
    stream.#lookAhead();
    try {
      const first = await stream.#produce();
      if (first !== undefined) stream.#kept.push(first);
    } catch (error) {
      await stream.finished;
      throw error;
    }
    return stream;
  }

  private constructor(parts: ResultStreamParts, layouts: readonly ColumnLayout[]) {
    const { binding, result, signal } = parts;
    this.#parts = parts;
    this.#layouts = layouts;
    this.fields = layouts.map(({ type }, index) => ({
      name: binding.column_name(result, index),
      type,
      nullable: true,
    }));
    onAbort(this.#stop.signal, () => void this.#abandon());
    this.finished = new Promise((resolve) => {
      this.#end = () => {
        this.#isFinished = true;
        release();
        resolve();
      };
    });
    const release = onAbort(signal, () => this.#stop.abort(abortedError('execute', signal)));
  }

  async *batches(): AsyncGenerator<ColumnBatch> {
    if (this.#wasRead || this.#isClosed) {
      throw executeError(
        'conflict',
        `this result ${this.#wasRead ? 'was read' : 'is closed'}. Run the statement again`,
      );
    }
    this.#wasRead = true;
    const take = async (): Promise<ColumnBatch | undefined> => this.#kept.shift() ?? (await this.#produce());
    try {
      for (;;) {
        const batch = await raceAbort(this.#inTurn(take), this.#stop.signal, 'execute');
        if (batch === undefined) return;
        yield batch;
      }
    } finally {
      await this.close();
    }
  }

  /** Reads the rest into memory, which frees the connection. A failure is reported to the reader. */
  async keepRest(): Promise<void> {
    const keep = async (): Promise<void> => {
      for (let batch = await this.#produce(); batch !== undefined; batch = await this.#produce())
        this.#kept.push(batch);
    };
    await this.#inTurn(keep).catch(() => undefined);
    await this.finished;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#kept.length = 0;
    this.#stopWith(executeError('conflict', 'this result was closed while it was read'));
    await this.finished;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #produce(): Promise<ColumnBatch | undefined> {
    const builder = new BatchBuilder(this.#parts.binding, this.#layouts);
    try {
      while (builder.rowCount < this.#batchRows) {
        const chunk = await this.#next;
        if (chunk === undefined) break;
        this.#lookAhead();
        builder.append(chunk);
      }
    } catch (error) {
      const failure = toSessionError(error, { operation: 'execute' });
      // Later batches would miss rows.
      this.#stopWith(failure);
      throw failure;
    }
    // CREATE TABLE AS returns a row with a count, which has no column here.
    if (builder.rowCount === 0 || this.#layouts.length === 0) return undefined;
    const batch = builder.finish();
    this.#batchRows = nextBatchRows(batch);
    return batch;
  }

  #lookAhead(): void {
    this.#next = this.#fetch();
    // The reader of the chunk gets the error.
    this.#fetching = this.#next.catch(() => undefined);
  }

  async #fetch(): Promise<DataChunk | undefined> {
    const { binding, connection, result, explainFailure } = this.#parts;
    const { signal } = this.#stop;
    const chunk = await interruptible({ binding, connection, signal }, () => binding.fetch_chunk(result));
    const rowCount = binding.data_chunk_get_size(chunk);
    this.#fetchedRows += rowCount;
    if (rowCount > 0) return chunk;
    // A stream that fails ends like one that is complete; only the type of its result differs.
    const hasFailed = binding.result_return_type(result) === RESULT_INVALID;
    const failure = hasFailed ? await explainFailure(this.#fetchedRows, signal) : undefined;
    this.#end();
    if (failure !== undefined) throw failure;
    return undefined;
  }

  #stopWith(reason: SessionError): void {
    if (!this.#isFinished) this.#stop.abort(reason);
  }

  async #abandon(): Promise<void> {
    await this.#fetching;
    if (!this.#isFinished) await abandon(this.#parts);
    this.#end();
  }
}

function readLayouts({ binding, result }: ResultStreamParts): readonly ColumnLayout[] {
  // The results of CREATE and similar statements have a column without rows.
  const count = binding.result_return_type(result) === RESULT_NOTHING ? 0 : binding.column_count(result);
  return Array.from({ length: count }, (_, index) => columnLayout(binding, binding.column_logical_type(result, index)));
}

/** Ends an unfinished result: after an interrupt between two fetches, the next fetch ends it. */
async function abandon({ binding, connection, result }: ResultStreamParts): Promise<void> {
  do binding.interrupt(connection);
  while (binding.data_chunk_get_size(await binding.fetch_chunk(result)) > 0);
}
