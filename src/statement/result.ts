// eslint-disable-next-line @typescript-eslint/ban-ts-comment
/** @ts-ignore -- The package is optional: where it is not installed, a table has no type. */
import type { Table } from 'apache-arrow';
import type { ColumnBatch, ColumnField } from '../contract/column-batch.ts';
import type { StepMetrics } from '../contract/statement-runner.ts';
import { SessionError } from '../contract/session-error.ts';
import { createArrowTable } from './arrow/arrow-table.ts';
import { loadArrow } from './arrow/load-arrow.ts';
import { ResultBatch, type ResultColumn } from './result-batch.ts';
import { createResultSchema, type ResultSchema } from './result-schema.ts';
import { wantsArrays, type RowOptions } from './row-shape.ts';
import type { Row, RowArray } from './values/result-value.ts';

/** Where a result's batches come from. */
export interface ResultSource {
  /** The next batch that has rows, or `undefined` after the last one. */
  take(): Promise<ColumnBatch | undefined>;
  /** Stops the engine where it still works on the result; may be called again and at any time. */
  close(): Promise<void>;
  /** What the engine counted so far. */
  metrics?(): readonly StepMetrics[];
}

/**
 * What a statement gave. It is read in one of two ways, whatever its size:
 * - whole, by `rows()`, `columns()` and `toArrow()`: the first of them reads everything into memory, and from there on
 *   each of them, and `batches()`, can be called as often as you like;
 * - as a stream, by `batches()` on a result that was not read yet: nothing is kept, so it can be done once.
 */
export class Result {
  /** The columns; known before any row is. */
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
   * All rows, made anew at each call; the values are as the table of `ResultValue` says.
   * @throws SessionError `conflict` when the result was streamed or closed; whatever the statement fails with.
   */
  async rows(options?: RowOptions<'objects'>): Promise<Row[]>;
  /** The same with rows as arrays, in the order of the columns. */
  async rows(options: RowOptions<'arrays'>): Promise<RowArray[]>;
  async rows(options: Partial<RowOptions> = {}): Promise<Row[] | RowArray[]> {
    const asArrays = wantsArrays(options);
    const batches = await this.#keepBatches();
    return asArrays
      ? batches.flatMap((batch) => batch.rows({ as: 'arrays' }))
      : batches.flatMap((batch) => batch.rows());
  }

  /**
   * All columns in order, each with all its values, made anew at each call.
   * @throws SessionError `conflict` when the result was streamed or closed; whatever the statement fails with.
   */
  async columns(): Promise<ResultColumn[]> {
    const batches = (await this.#keepBatches()).map((batch) => batch.columns());
    return this.schema.fields.map((field, at) => ({
      ...field,
      values: batches.flatMap((columns) => columns[at]?.values ?? []),
    }));
  }

  /**
   * All rows as a table of the `apache-arrow` that your own `import` gives; it shares the result's memory, copying nothing.
   * @throws SessionError `conflict` when the result was streamed or closed; whatever the statement fails with.
   */
  async toArrow(): Promise<Table> {
    const [arrow, batches] = await Promise.all([loadArrow(), this.#keep()]);
    return createArrowTable(arrow, this.#fields, batches);
  }

  /**
   * The rows batch by batch, pulled from the engine as you read, one batch ahead at most. Leaving the loop early
   * closes the result and stops the engine.
   * @throws SessionError `conflict` when the result was streamed or closed; whatever the statement fails with.
   */
  async *batches(): AsyncGenerator<ResultBatch, void, undefined> {
    this.#assertReadable();
    if (this.#kept !== undefined) {
      yield* await this.#keepBatches();
      return;
    }
    this.#spent = 'streamed';
    try {
      for (let batch = await this.#take(); batch !== undefined; batch = await this.#take()) {
        yield new ResultBatch(this.schema, batch);
      }
    } finally {
      // Does nothing after the end; before it the reader has left early.
      await this.#source.close();
    }
  }

  /** What the engine counted in each step of its plan; complete with the end of the result, empty where it does not tell. */
  get metrics(): readonly StepMetrics[] {
    return this.#source.metrics?.() ?? [];
  }

  /**
   * Lets go of the result: stops the engine where it still works on it, and forgets what is in memory.
   * Closing again does nothing.
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

  async #keepBatches(): Promise<ResultBatch[]> {
    return (await this.#keep()).map((batch) => new ResultBatch(this.schema, batch));
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

  async #take(): Promise<ColumnBatch | undefined> {
    const batch = await this.#source.take();
    // Closed meanwhile: what was read so far must not pass for the whole.
    if (this.#spent === 'closed') this.#assertReadable();
    return batch;
  }

  #assertReadable(): void {
    if (this.#spent === undefined) return;
    const message =
      this.#spent === 'closed'
        ? 'this result is closed; run the statement again, and read before closing'
        : 'this result was read as a stream by batches(), which keeps nothing; run the statement again, or call rows(), columns() or toArrow() first';
    throw new SessionError('conflict', message, { operation: 'read' });
  }
}
