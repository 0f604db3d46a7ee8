import type { ColumnBatch } from '../contract/column-batch.ts';
import type { ResultField, ResultSchema } from './result-schema.ts';
import { wantsArrays, type RowOptions } from './row-shape.ts';
import { decodeColumn } from './values/decode-column.ts';
import type { ResultValue, Row, RowArray } from './values/result-value.ts';
import { rowArrays, rowObjects } from './values/rows-from-columns.ts';

/** One column with all its values. */
export interface ResultColumn extends ResultField {
  /** One value per row, as in the table of {@link ResultValue}. */
  readonly values: ResultValue[];
}

/** Some rows of a result, in memory. */
export class ResultBatch {
  /** 1 or more. */
  readonly rowCount: number;
  readonly #schema: ResultSchema;
  readonly #batch: ColumnBatch;

  /** @internal */
  constructor(schema: ResultSchema, batch: ColumnBatch) {
    this.rowCount = batch.rowCount;
    this.#schema = schema;
    this.#batch = batch;
  }

  /**
   * The rows, made anew at each call.
   * @throws SessionError `invalid-request` for a shape other than objects and arrays.
   */
  rows(options?: RowOptions<'objects'>): Row[];
  /** The same with rows as arrays, in the order of the columns. */
  rows(options: RowOptions<'arrays'>): RowArray[];
  rows(options: Partial<RowOptions> = {}): Row[] | RowArray[] {
    const asArrays = wantsArrays(options);
    const values = { rowCount: this.rowCount, columns: this.#decode() };
    if (asArrays) return rowArrays(values);
    const names = this.#schema.fields.map((field) => field.name);
    return rowObjects(values, names);
  }

  /** The columns with their values, made anew at each call. */
  columns(): ResultColumn[] {
    const columns = this.#decode();
    return this.#schema.fields.map((field, at) => ({ ...field, values: columns[at] ?? [] }));
  }

  #decode(): ResultValue[][] {
    return this.#batch.columns.map(decodeColumn);
  }
}
