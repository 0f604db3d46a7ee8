import { createRequire } from 'node:module';
import { SessionError } from '../../../src/contract/session-error.ts';
import { requireThatFinds } from '../../../src/provider-kit/load-peer.ts';

/** A DuckDB object; JavaScript can only pass it back to the binding. */
interface Opaque<Name extends string> {
  readonly __duckdb_type: `duckdb_${Name}`;
}

/** One open database. */
export type Database = Opaque<'database'>;
/** Settings to open a database with. */
export type Config = Opaque<'config'>;
/** The open databases of this process by path, each once. */
export type InstanceCache = Opaque<'instance_cache'>;
/** One connection: its temporary tables, settings and running statement. */
export type Connection = Opaque<'connection'>;
/** A text, split into statements. */
export type ExtractedStatements = Opaque<'extracted_statements'>;
/** One statement, ready to bind and run. */
export type PreparedStatement = Opaque<'prepared_statement'>;
/** A result, materialized or fetched chunk by chunk. */
export type Result = Opaque<'result'>;
/** Up to 2048 rows of a result. */
export type DataChunk = Opaque<'data_chunk'>;
/** One column of a chunk, or the items inside one; valid as long as its chunk. */
export type Vector = Opaque<'vector'>;
/** The type of a column, with its details. */
export type LogicalType = Opaque<'logical_type'>;

/** {@link DuckDbBinding.result_return_type} of a result that failed. */
export const RESULT_INVALID = 0;
/** {@link DuckDbBinding.result_return_type} of a statement without rows or a count, such as CREATE. */
export const RESULT_NOTHING = 2;
/** {@link DuckDbBinding.prepared_statement_type} of a SELECT. */
export const STATEMENT_SELECT = 1;

/**
 * The used calls of DuckDB's Node binding; their names are those of DuckDB's C API.
 * All returned bytes are copies. Only the strings behind a vector's pointers belong to the chunk.
 * @see https://github.com/duckdb/duckdb-node-neo/tree/main/bindings (read 2026-11-20)
 */
export interface DuckDbBinding {
  library_version(): string;
  create_config(): Config;
  set_config(config: Config, name: string, value: string): void;
  create_instance_cache(): InstanceCache;
  get_or_create_from_cache(cache: InstanceCache, path: string, config: Config): Promise<Database>;
  open(path: string, config: Config): Promise<Database>;
  close_sync(database: Database): void;
  connect(database: Database): Promise<Connection>;
  disconnect_sync(connection: Connection): void;
  interrupt(connection: Connection): void;
  query_progress(connection: Connection): {
    readonly percentage: number;
    readonly rows_processed: bigint;
    readonly total_rows_to_process: bigint;
  };

  query(connection: Connection, text: string): Promise<Result>;
  extract_statements(
    connection: Connection,
    text: string,
  ): Promise<{ readonly extracted_statements: ExtractedStatements; readonly statement_count: number }>;
  extract_statements_error(statements: ExtractedStatements): string;
  prepare(connection: Connection, text: string): Promise<PreparedStatement>;
  prepare_extracted_statement(
    connection: Connection,
    statements: ExtractedStatements,
    index: number,
  ): Promise<PreparedStatement>;
  prepared_statement_type(statement: PreparedStatement): number;
  destroy_prepare_sync(statement: PreparedStatement): void;
  execute_prepared(statement: PreparedStatement): Promise<Result>;
  execute_prepared_streaming(statement: PreparedStatement): Promise<Result>;

  nparams(statement: PreparedStatement): number;
  parameter_name(statement: PreparedStatement, index: number): string;
  bind_null(statement: PreparedStatement, index: number): void;
  bind_boolean(statement: PreparedStatement, index: number, value: boolean): void;
  bind_int32(statement: PreparedStatement, index: number, value: number): void;
  bind_int64(statement: PreparedStatement, index: number, value: bigint): void;
  bind_hugeint(statement: PreparedStatement, index: number, value: bigint): void;
  bind_uhugeint(statement: PreparedStatement, index: number, value: bigint): void;
  bind_double(statement: PreparedStatement, index: number, value: number): void;
  bind_varchar(statement: PreparedStatement, index: number, value: string): void;
  bind_blob(statement: PreparedStatement, index: number, value: Uint8Array): void;
  bind_timestamp_tz(statement: PreparedStatement, index: number, value: { readonly micros: bigint }): void;

  result_return_type(result: Result): number;
  column_count(result: Result): number;
  column_name(result: Result, index: number): string;
  column_logical_type(result: Result, index: number): LogicalType;
  fetch_chunk(result: Result): Promise<DataChunk>;
  data_chunk_get_size(chunk: DataChunk): number;
  data_chunk_get_vector(chunk: DataChunk, index: number): Vector;

  vector_get_data(vector: Vector, byteCount: number): Uint8Array;
  vector_get_validity(vector: Vector, byteCount: number): Uint8Array | null;
  list_vector_get_child(vector: Vector): Vector;
  list_vector_get_size(vector: Vector): number;
  array_vector_get_child(vector: Vector): Vector;
  struct_vector_get_child(vector: Vector, index: number): Vector;
  get_data_from_pointer(buffer: ArrayBufferLike, pointerOffset: number, byteCount: number): Uint8Array;

  get_type_id(type: LogicalType): number;
  decimal_width(type: LogicalType): number;
  decimal_scale(type: LogicalType): number;
  enum_internal_type(type: LogicalType): number;
  enum_dictionary_size(type: LogicalType): number;
  enum_dictionary_value(type: LogicalType, index: number): string;
  list_type_child_type(type: LogicalType): LogicalType;
  array_type_child_type(type: LogicalType): LogicalType;
  array_type_array_size(type: LogicalType): number;
  map_type_key_type(type: LogicalType): LogicalType;
  map_type_value_type(type: LogicalType): LogicalType;
  struct_type_child_count(type: LogicalType): number;
  struct_type_child_name(type: LogicalType, index: number): string;
  struct_type_child_type(type: LogicalType, index: number): LogicalType;
  union_type_member_count(type: LogicalType): number;
  union_type_member_name(type: LogicalType, index: number): string;
  union_type_member_type(type: LogicalType, index: number): LogicalType;
}

/** The package that users install. Its only dependency is the binding, in the same version. */
const PACKAGE = '@duckdb/node-api';
const PACKAGE_VERSION = '1.5.6-r.1';

/**
 * Loads the binding.
 * It uses `require`, because the packages are CommonJS and `import()` parses every file for export names.
 * It loads the binding without the classes that the package adds: 18 ms instead of 58 ms (`import()`: 120 ms),
 * measured on Node 20 with two cores.
 * @param require - resolves from the module that needs the engine.
 * @throws SessionError `config-invalid` with the install command when the package is missing or does not run on this machine.
 */
export function loadDuckDbBinding(require: NodeJS.Require = requireThatFinds(PACKAGE)): DuckDbBinding {
  try {
    return createRequire(require.resolve(PACKAGE))('@duckdb/node-bindings') as DuckDbBinding;
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    const problem = isMissing ? 'is not installed' : `cannot be loaded (${String(cause)})`;
    const message = `the local engine needs the package ${PACKAGE}, which ${problem}. Run: npm install ${PACKAGE}@${PACKAGE_VERSION}`;
    throw new SessionError('config-invalid', message, { operation: 'start', provider: 'local', cause });
  }
}
