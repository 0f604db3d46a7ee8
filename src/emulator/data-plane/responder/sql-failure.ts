import { RpcStatus } from '../rpc-status.ts';

/** Spark's error class for a parameter without a value. */
export const UNBOUND_PARAMETER = 'UNBOUND_SQL_PARAMETER';

const ANALYSIS = 'org.apache.spark.sql.AnalysisException';
const PARSE = 'org.apache.spark.sql.catalyst.parser.ParseException';

/**
 * The beginnings of DuckDB's errors and the corresponding classes of Spark; the first match counts.
 *
 * @see https://spark.apache.org/docs/latest/sql-error-conditions.html (read 2026-11-21)
 */
const CLASSES: readonly (readonly [begin: RegExp, errorClass: string, sqlState: string, javaClass: string])[] = [
  [/^Parser Error/, 'PARSE_SYNTAX_ERROR', '42601', PARSE],
  [/^Catalog Error: (Table|View) .* already exists/, 'TABLE_OR_VIEW_ALREADY_EXISTS', '42P07', ANALYSIS],
  [/^Catalog Error/, 'TABLE_OR_VIEW_NOT_FOUND', '42P01', ANALYSIS],
  [/^Binder Error/, 'UNRESOLVED_COLUMN.WITHOUT_SUGGESTION', '42703', ANALYSIS],
  [/^Conversion Error/, 'CAST_INVALID_INPUT', '22018', 'org.apache.spark.SparkNumberFormatException'],
  [/^Out of Range Error/, 'ARITHMETIC_OVERFLOW', '22003', 'org.apache.spark.SparkArithmeticException'],
];

/** The error of a Spark server for an error of DuckDB; the text is DuckDB's. */
export function toSqlFailure(error: unknown): RpcStatus {
  const message = error instanceof Error ? error.message : String(error);
  const [, errorClass, sqlState, javaClass] = CLASSES.find(([begin]) => begin.test(message)) ?? [];
  const text = `DuckDB (substitute for Spark): ${message}`;
  return RpcStatus.ofSpark(errorClass ?? 'INVALID_SQL_SYNTAX', text, {
    sqlState: sqlState ?? '42000',
    javaClass: javaClass ?? ANALYSIS,
  });
}
