import type { DuckDBResult, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type * as arrowModule from 'apache-arrow';
import { RpcStatus } from '../rpc-status.ts';
import { toArrowData, toArrowType } from './arrow-column.ts';

/** How many rows one batch holds unless said; some chunks of DuckDB. */
const BATCH_ROWS = 16_384;

/** Rows as one complete Arrow stream. */
export interface ArrowBatch {
  readonly rowCount: number;
  readonly stream: Uint8Array;
}

/** The module `apache-arrow`. @throws RpcStatus `FAILED_PRECONDITION` with the line that installs it. */
async function loadArrow(): Promise<typeof arrowModule> {
  try {
    return await import('apache-arrow');
  } catch {
    throw new RpcStatus('FAILED_PRECONDITION', 'Results need the package apache-arrow; run: npm install apache-arrow');
  }
}

/** A result in batches; one without rows gives an empty one, which still tells the columns. */
export async function* arrowBatches(
  result: DuckDBResult,
  batchRows = BATCH_ROWS,
): AsyncGenerator<ArrowBatch, void, undefined> {
  const arrow = await loadArrow();
  const { ResultReturnType } = await import('@duckdb/node-api');
  // CREATE, INSERT and their like have no rows in Spark, where DuckDB tells a count.
  const hasRows = result.returnType === ResultReturnType.QUERY_RESULT;
  const names = hasRows ? result.columnNames() : [];
  const types = hasRows ? result.columnTypes() : [];
  const toBatch = (columns: readonly (readonly DuckDBValue[])[]): ArrowBatch =>
    encode(arrow, { names, types, columns });
  let columns: DuckDBValue[][] = types.map(() => []);
  let isFirst = true;
  for (let chunk = await result.fetchChunk(); hasRows && chunk !== null; chunk = await result.fetchChunk()) {
    if (chunk.rowCount === 0) break;
    for (const [index, column] of columns.entries()) column.push(...chunk.getColumnValues(index));
    if ((columns[0]?.length ?? 0) < batchRows) continue;
    yield toBatch(columns);
    isFirst = false;
    columns = types.map(() => []);
  }
  if (isFirst || (columns[0]?.length ?? 0) > 0) yield toBatch(columns);
}

function encode(
  arrow: typeof arrowModule,
  rows: {
    readonly names: readonly string[];
    readonly types: readonly DuckDBType[];
    readonly columns: readonly (readonly DuckDBValue[])[];
  },
): ArrowBatch {
  const fields = rows.names.map((name, index) => new arrow.Field(name, toArrowType(arrow, rows.types[index]), true));
  const rowCount = rows.columns[0]?.length ?? 0;
  const children = rows.columns.map((values, index) => toArrowData(arrow, rows.types[index], values));
  const data = arrow.makeData({ type: new arrow.Struct(fields), length: rowCount, children });
  const schema = new arrow.Schema(fields);
  const table = new arrow.Table(schema, [new arrow.RecordBatch(schema, data)]);
  return { rowCount, stream: arrow.tableToIPC(table, 'stream') };
}
