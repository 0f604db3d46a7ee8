// eslint-disable-next-line @typescript-eslint/ban-ts-comment
/** @ts-ignore -- The package is optional: where it is not installed, a table has no type. */
import type { Table } from 'apache-arrow';
import type { ColumnBatch, ColumnField } from '../contract/column-batch.ts';
import type { StepMetrics } from '../contract/statement-runner.ts';
import { SessionError } from '../contract/session-error.ts';
import { eventLoopPauses } from '../provider-kit/event-loop-pause.ts';
import type { NotebookDisplay } from '../provider-kit/notebook-display.ts';
import { batchMessage } from './arrow/ipc-batch.ts';
import { END_OF_STREAM } from './arrow/ipc-message.ts';
import { schemaMessage } from './arrow/ipc-schema.ts';
import { type ArrowReader, loadArrow } from './arrow/load-arrow.ts';
import { ResultBatch, type ResultColumn } from './result-batch.ts';
import { resultDisplay } from './result-display.ts';
import { createResultSchema, type ResultSchema } from './result-schema.ts';
import { wantsArrays, type RowOptions } from './row-shape.ts';
import type { Row, RowArray } from './values/result-value.ts';

/** Where a result's batches come from. */
export interface ResultSource {
  /** The next batch that has rows, or `undefined` after the last one. */
  take(): Promise<ColumnBatch | undefined>;
  /** Stops the engine if it is still working on the result. You can call it at any time and more than once. */
  close(): Promise<void>;
  /** The engine's counters so far. */
  metrics?(): readonly StepMetrics[];
}

/**
 * The result of a statement. Read it in one of two ways, whatever its size:
 * - whole, with `rows()`, `columns()`, `toArrow()` or `toIPC()`: the first call reads everything into memory. After that
 *   you can call each of them, `batches()` and `ipcStream()` as often as you like.
 * - as a stream, with `batches()` or `ipcStream()` on an unread result: nothing is kept, so you can do it once.
 */
export class Result {
  /** The columns; known before the first row arrives. */
  readonly schema: ResultSchema;
  readonly #fields: readonly ColumnField[];
  readonly #source: ResultSource;
  #kept: Promise<readonly ColumnBatch[]> | undefined;
  #spent: 'streamed' | 'closed' | undefined;

  /** @internal */
  constructor(fields: readonly ColumnField[], source: ResultSource) {
    this.schema = createResultSchema(fields);
    this.#fields = fields;
    this.#source = source;
  }

  /**
   * All rows, made anew at each call, with values as in the table of `ResultValue`.
   * @throws SessionError `conflict` when the result was streamed or closed; the error of the statement if it fails.
   */
  async rows(options?: RowOptions<'objects'>): Promise<Row[]>;
  /** The same with rows as arrays, in the order of the columns. */
  async rows(options: RowOptions<'arrays'>): Promise<RowArray[]>;
  async rows(options: Partial<RowOptions> = {}): Promise<Row[] | RowArray[]> {
    const asArrays = wantsArrays(options);
    return asArrays
      ? (await this.#ofBatches((batch) => batch.rows({ as: 'arrays' }))).flat()
      : (await this.#ofBatches((batch) => batch.rows())).flat();
  }

  /**
   * All columns in order, each with all its values, made anew at each call.
   * @throws SessionError `conflict` when the result was streamed or closed; the error of the statement if it fails.
   */
  async columns(): Promise<ResultColumn[]> {
    const batches = await this.#ofBatches((batch) => batch.columns());
    return this.schema.fields.map((field, at) => ({
      ...field,
      values: batches.flatMap((columns) => columns[at]?.values ?? []),
    }));
  }

  /**
   * All rows as a table of your program's `apache-arrow`. Batches that Spark sent as Arrow are not copied.
   * @param arrow - your copy of the package, where the program uses more than one or its CommonJS build
   * @throws SessionError `conflict` when the result was streamed or closed; the error of the statement if it fails;
   * `unsupported` when `apache-arrow` is not installed; `invalid-request` for an unsigned integer above 2^127 - 1.
   */
  async toArrow(): Promise<Table>;
  async toArrow<T>(arrow: ArrowReader<T>): Promise<T>;
  async toArrow<T>(arrow?: ArrowReader<T>): Promise<T | Table> {
    const [reader, batches] = await Promise.all([arrow ?? loadArrow(), this.#keep()]);
    return reader.tableFromIPC(await this.#messages(batches));
  }

  /**
   * All rows as one Arrow IPC stream, which every Arrow library reads; this needs no package.
   * @throws SessionError as `toArrow()`.
   */
  async toIPC(): Promise<Uint8Array> {
    const messages = await this.#messages(await this.#keep());
    const stream = new Uint8Array(messages.reduce((sum, { byteLength }) => sum + byteLength, 0));
    let at = 0;
    for (const message of messages) {
      stream.set(message, at);
      at += message.byteLength;
    }
    return stream;
  }

  /**
   * The same Arrow IPC stream in pieces, pulled from the engine as you read, like `batches()`.
   * @throws SessionError as `toArrow()`.
   */
  ipcStream(): AsyncGenerator<Uint8Array, void, undefined> {
    return this.#stream(batchMessage, [schemaMessage(this.#fields)], [END_OF_STREAM]);
  }

  /**
   * The rows batch by batch, pulled from the engine as you read, at most one batch ahead. Leaving the loop early
   * closes the result and stops the engine.
   * @throws SessionError `conflict` when the result was streamed or closed; the error of the statement if it fails.
   */
  batches(): AsyncGenerator<ResultBatch, void, undefined> {
    return this.#stream((batch) => new ResultBatch(this.schema, batch));
  }

  /** What the engine counted in each step of its plan; complete when the result ends, empty if the engine reports nothing. */
  get metrics(): readonly StepMetrics[] {
    return this.#source.metrics?.() ?? [];
  }

  /**
   * Closes the result: stops the engine if it is still working on it, and frees the memory. Closing again does nothing.
   * @throws SessionError `timeout` when the engine does not confirm that it has stopped.
   */
  async close(): Promise<void> {
    this.#spent = 'closed';
    this.#kept = undefined;
    await this.#source.close();
  }

  /** {@link Result.close} at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What a notebook shows of it: a table with types, in pages. It reads the whole result, as `rows()` does. */
  async [Symbol.for('Jupyter.display')](): Promise<NotebookDisplay> {
    return resultDisplay(this.schema, await this.rows({ as: 'arrays' }));
  }

  async #messages(batches: readonly ColumnBatch[]): Promise<Uint8Array[]> {
    return [schemaMessage(this.#fields), ...(await inTurns(batches, batchMessage)), END_OF_STREAM];
  }

  async #ofBatches<T>(read: (batch: ResultBatch) => T): Promise<T[]> {
    return inTurns(await this.#keep(), (batch) => read(new ResultBatch(this.schema, batch)));
  }

  async #keep(): Promise<readonly ColumnBatch[]> {
    this.#assertReadable();
    this.#kept ??= this.#takeAll();
    return this.#kept;
  }

  async #takeAll(): Promise<readonly ColumnBatch[]> {
    const batches: ColumnBatch[] = [];
    for (let batch = await this.#take(); batch !== undefined; batch = await this.#take()) batches.push(batch);
    return batches;
  }

  async *#stream<Piece>(
    toPiece: (batch: ColumnBatch) => Piece,
    first: readonly Piece[] = [],
    last: readonly Piece[] = [],
  ): AsyncGenerator<Piece, void, undefined> {
    this.#assertReadable();
    if (this.#kept !== undefined) {
      yield* [...first, ...(await this.#kept).map(toPiece), ...last];
      return;
    }
    this.#spent = 'streamed';
    try {
      yield* first;
      for (let batch = await this.#take(); batch !== undefined; batch = await this.#take()) yield toPiece(batch);
      yield* last;
    } finally {
      // Does nothing after the end. Before it, the reader has left early.
      await this.#source.close();
    }
  }

  async #take(): Promise<ColumnBatch | undefined> {
    const batch = await this.#source.take();
    // If the result was closed meanwhile, a part of it must not pass for the whole.
    if (this.#spent === 'closed') this.#assertReadable();
    return batch;
  }

  #assertReadable(): void {
    if (this.#spent === undefined) return;
    const message =
      this.#spent === 'closed'
        ? 'This result is closed. Run the statement again, and read the result before you close it.'
        : 'This result was read as a stream, which keeps nothing. Run the statement again, or call rows() first.';
    throw new SessionError('conflict', message, { operation: 'read' });
  }
}

/** Reads batch by batch, and lets timers and sockets run in between. */
async function inTurns<T>(batches: readonly ColumnBatch[], read: (batch: ColumnBatch) => T): Promise<T[]> {
  const pause = eventLoopPauses();
  const all: T[] = [];
  for (const batch of batches) {
    all.push(read(batch));
    await pause();
  }
  return all;
}
