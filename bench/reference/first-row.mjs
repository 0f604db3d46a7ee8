// Process start to the first row, on DuckDB itself.
import { DuckDBInstance } from '@duckdb/node-api';

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
const result = await connection.stream(process.argv[2]);
const [row] = (await result.fetchChunk()).getRowObjects(result.deduplicatedColumnNames());
console.log(row);
connection.closeSync();
instance.closeSync();
