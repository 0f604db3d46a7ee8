import type { ColumnBatch, ColumnField } from '../../../src/contract/column-batch.ts';
import { onAbort } from '../../../src/provider-kit/on-abort.ts';
import { SessionError } from '../../../src/contract/session-error.ts';
import { abortedError } from '../../../src/provider-kit/aborted-error.ts';
import type { StatementExecution } from '../../../src/contract/statement-runner.ts';
import { toSessionError } from '../errors.ts';
import {
  type Connection,
  type DataChunk,
  type DuckDbBinding,
  type Result,
  RESULT_INVALID,
  RESULT_NOTHING,
} from './binding.ts';
import { nextBatchRows } from './batch-size.ts';
import { BatchBuilder } from './columns/batch-builder.ts';
import type { ColumnLayout } from './columns/column-builder.ts';
import { columnLayout } from './columns/column-layout.ts';
import { interruptible } from './interruptible.ts';
import { raceAbort } from '../../../src/provider-kit/race-abort.ts';

/** What a stream is made of. */
export interface ResultStreamParts {
  readonly binding: DuckDbBinding;
  readonly connection: Connection;
  readonly result: Result;
  readonly signal: AbortSignal;
  /** Finds out why the engine broke off after so many rows: its binding does not say. */
  readonly explainFailure: (rowCount: number, signal: AbortSignal) => Promise<SessionError>;
}

/**
 * A result that is pulled from the engine as its reader asks for it.
 * The engine is one chunk ahead, which also tells at once when a small result is complete and the connection free.
 * When the connection is needed for something else, {@link ResultStream.keepRest} takes the rest into memory.
 */
export class ResultStream implements StatementExecution {
  readonly fields: readonly ColumnField[];
  /** Resolves when the engine holds nothing for this result any more. */
  readonly finished: Promise<void>;
  readonly #parts: ResultStreamParts;
  readonly #layouts: readonly ColumnLayout[];
  readonly #kept: ColumnBatch[] = [];
  readonly #stopper = new AbortController();
  #end: () => void = () => {};
  #isFinished = false;
  #wasRead = false;
  #isClosed = false;
  /** The chunk after those that are in batches; the engine may still be at it. */
  #next: Promise<DataChunk | undefined> = Promise.resolve(undefined);
  /** Settles, never rejects, when no fetch is under way. */
  #fetching: Promise<unknown> = Promise.resolve();
  #fetchedRows = 0;
  /** The next batch is full when it has so many rows: the first one with its first chunk. */
  #batchRows = 1;
  /** The reader and {@link keepRest} take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * Opens a stream over a result that the engine has begun, and waits for its first rows.
   * @throws SessionError when the engine breaks off before them, or `unsupported` when a column has no form of ours.
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
    onAbort(this.#stopper.signal, () => void this.#giveUp());
    this.finished = new Promise((resolve) => {
      this.#end = () => {
        this.#isFinished = true;
        letGo();
        resolve();
      };
    });
    const letGo = onAbort(signal, () => {
      this.#stopper.abort(abortedError('execute', signal));
    });
  }

  async *batches(): AsyncGenerator<ColumnBatch> {
    if (this.#wasRead || this.#isClosed) {
      const message = `this result ${this.#wasRead ? 'was read' : 'is closed'}; run the statement again`;
      throw new SessionError('conflict', message, { operation: 'execute' });
    }
    this.#wasRead = true;
    const take = async (): Promise<ColumnBatch | undefined> => this.#kept.shift() ?? (await this.#produce());
    try {
      for (;;) {
        const batch = await raceAbort(this.#inTurn(take), this.#stopper.signal, 'execute');
        if (batch === undefined) return;
        yield batch;
      }
    } finally {
      await this.close();
    }
  }

  /** Takes what was not read yet into memory, so that the connection is free; what goes wrong with it, its reader hears. */
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
    this.#stop(new SessionError('conflict', 'this result was closed while it was read', { operation: 'execute' }));
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
        // While this chunk is taken over, the engine is at the next one.
        this.#lookAhead();
        builder.append(chunk);
      }
    } catch (error) {
      const failure = toSessionError(error, { operation: 'execute' });
      // Rows are missing from here on, whoever reads on.
      this.#stop(failure);
      throw failure;
    }
    // CREATE TABLE AS comes with a row, the count of those in the table: without its column it says nothing.
    if (builder.rowCount === 0 || this.#layouts.length === 0) return undefined;
    const batch = builder.finish();
    this.#batchRows = nextBatchRows(batch);
    return batch;
  }

  #lookAhead(): void {
    this.#next = this.#fetch();
    // Whoever asks for the chunk hears of a failure.
    this.#fetching = this.#next.catch(() => undefined);
  }

  async #fetch(): Promise<DataChunk | undefined> {
    const { binding, connection, result, explainFailure } = this.#parts;
    const { signal } = this.#stopper;
    const chunk = await interruptible({ binding, connection, signal }, () => binding.fetch_chunk(result));
    const rowCount = binding.data_chunk_get_size(chunk);
    this.#fetchedRows += rowCount;
    if (rowCount > 0) return chunk;
    // A stream that breaks off ends just like one that is complete; only the type of its result tells.
    const isBroken = binding.result_return_type(result) === RESULT_INVALID;
    const failure = isBroken ? await explainFailure(this.#fetchedRows, signal) : undefined;
    this.#end();
    if (failure !== undefined) throw failure;
    return undefined;
  }

  #stop(reason: SessionError): void {
    if (!this.#isFinished) this.#stopper.abort(reason);
  }

  async #giveUp(): Promise<void> {
    await this.#fetching;
    if (!this.#isFinished) await abandon(this.#parts);
    this.#end();
  }
}

function readLayouts({ binding, result }: ResultStreamParts): readonly ColumnLayout[] {
  // CREATE and the like come with a column that never has a row.
  const count = binding.result_return_type(result) === RESULT_NOTHING ? 0 : binding.column_count(result);
  return Array.from({ length: count }, (_, index) => columnLayout(binding, binding.column_logical_type(result, index)));
}

/** Has the engine give up a result that it did not finish: interrupted between two fetches, the next one ends it. */
async function abandon({ binding, connection, result }: ResultStreamParts): Promise<void> {
  do binding.interrupt(connection);
  while (binding.data_chunk_get_size(await binding.fetch_chunk(result)) > 0);
}
