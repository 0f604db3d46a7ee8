import type { DataType, Table } from 'apache-arrow';
import type { ColumnBatch, ColumnField } from '../../contract/column-batch.ts';
import { toArrowData } from './arrow-data.ts';
import { toArrowFields } from './arrow-type.ts';
import type { Arrow } from './load-arrow.ts';

/** Makes one table of batches, without copying their buffers. */
export function createArrowTable(arrow: Arrow, fields: readonly ColumnField[], batches: readonly ColumnBatch[]): Table {
  const schema = new arrow.Schema(toArrowFields(arrow, fields));
  const row = new arrow.Struct(schema.fields);
  const recordBatches = batches.map(({ rowCount, columns }) => {
    const children = columns.map((column, at) => toArrowData(arrow, row.children[at]?.type as DataType, column));
    return new arrow.RecordBatch(schema, arrow.makeData({ type: row, length: rowCount, nullCount: 0, children }));
  });
  return new arrow.Table(schema, recordBatches);
}
