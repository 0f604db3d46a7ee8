import type { DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import { RpcStatus } from '../../grpc-status.ts';
import { arrowColumn } from './arrow-column.ts';

/** The default number of rows of a batch: several chunks of DuckDB. */
const BATCH_ROWS = 16_384;

/** Rows as one complete Arrow stream. */
export interface ArrowBatch {
  readonly rowCount: number;
  readonly stream: Uint8Array;
}

/** Imports a package. @throws RpcStatus `FAILED_PRECONDITION` with the command that installs it. */
export async function load<Module>(name: string, importing: Promise<Module>): Promise<Module> {
  try {
    return await importing;
  } catch {
    const message = `The emulator's engine 'duckdb' cannot load ${name}. Run: npm install ${name}`;
    throw new RpcStatus('FAILED_PRECONDITION', message);
  }
}

/** A result in batches; a result without rows gives an empty batch, which has the columns. */
export async function* arrowBatches(
  result: DuckDBResult,
  batchRows = BATCH_ROWS,
): AsyncGenerator<ArrowBatch, void, undefined> {
  const arrow = await load('apache-arrow', import('apache-arrow'));
  const duckdb = await import('@duckdb/node-api');
  // CREATE, INSERT and the like have no rows in Spark; in DuckDB they have a count.
  const hasRows = result.returnType === duckdb.ResultReturnType.QUERY_RESULT;
  const columns = hasRows ? result.columnTypes().map((type) => arrowColumn({ arrow, duckdb }, type)) : [];
  const names = hasRows ? result.columnNames() : [];
  const fields = columns.map(({ type }, index) => new arrow.Field(names[index] ?? '', type, true));
  const schema = new arrow.Schema(fields);
  const toBatch = (values: readonly (readonly DuckDBValue[])[]): ArrowBatch => {
    const rowCount = values[0]?.length ?? 0;
    const children = columns.map(({ toData }, index) => toData(values[index] ?? []));
    const data = arrow.makeData({ type: new arrow.Struct(fields), length: rowCount, children });
    const table = new arrow.Table(schema, [new arrow.RecordBatch(schema, data)]);
    return { rowCount, stream: arrow.tableToIPC(table, 'stream') };
  };
  let values: DuckDBValue[][] = columns.map(() => []);
  let isFirst = true;
  for (let chunk = await result.fetchChunk(); hasRows && chunk !== null; chunk = await result.fetchChunk()) {
    if (chunk.rowCount === 0) break;
    for (const [index, column] of values.entries()) column.push(...chunk.getColumnValues(index));
    if ((values[0]?.length ?? 0) < batchRows) continue;
    yield toBatch(values);
    isFirst = false;
    values = columns.map(() => []);
  }
  if (isFirst || (values[0]?.length ?? 0) > 0) yield toBatch(values);
}
