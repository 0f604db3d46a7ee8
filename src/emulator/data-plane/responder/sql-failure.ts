import { RpcStatus } from '../rpc-status.ts';

/** Spark's error class of a parameter without a value. */
export const UNBOUND_PARAMETER = 'UNBOUND_SQL_PARAMETER';

const ANALYSIS = 'org.apache.spark.sql.AnalysisException';
const PARSE = 'org.apache.spark.sql.catalyst.parser.ParseException';

/**
 * Errors of DuckDB, by how they begin, the first that fits, and the classes of Spark that say the same.
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

/** How a server of Spark would refuse what DuckDB has refused; the words are DuckDB's. */
export function toSqlFailure(error: unknown): RpcStatus {
  const message = error instanceof Error ? error.message : String(error);
  const [, errorClass, sqlState, javaClass] = CLASSES.find(([begin]) => begin.test(message)) ?? [];
  const text = `DuckDB, standing in for Spark, says: ${message}`;
  return RpcStatus.ofSpark(errorClass ?? 'INVALID_SQL_SYNTAX', text, {
    sqlState: sqlState ?? '42000',
    javaClass: javaClass ?? ANALYSIS,
  });
}
