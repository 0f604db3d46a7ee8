import { RpcStatus } from '../../grpc-status.ts';
import { encodeMessage } from '../wire-message.ts';

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

/** How many errors are kept; the oldest are forgotten first. */
const KEPT_ERRORS = 100;

/** The errors whose details a server of 4.0 or later gives by id. */
export class ErrorBook {
  readonly #errors = new Map<string, RpcStatus>();
  #count = 0;

  /** Keeps the error and gives it an id. */
  keep(error: unknown): unknown {
    if (!(error instanceof RpcStatus) || error.info?.errorClass === undefined) return error;
    this.#count += 1;
    const errorId = `error-${this.#count}`;
    this.#errors.set(errorId, error);
    const [oldest] = this.#errors.keys();
    if (this.#errors.size > KEPT_ERRORS && oldest !== undefined) this.#errors.delete(oldest);
    return new RpcStatus(error.code, error.message, { info: { ...error.info, errorId } });
  }

  /** `FetchErrorDetailsResponse`; empty for an unknown error. */
  details(errorId: string, serverSideId: string | undefined): Uint8Array {
    const error = this.#errors.get(errorId);
    if (error === undefined) return encodeMessage({ 3: serverSideId });
    const { errorClass, sqlState, javaClass } = error.info ?? {};
    const throwable = encodeMessage({ 1: errorClass, 4: sqlState });
    return encodeMessage({
      1: 0n,
      2: encodeMessage({ 1: javaClass, 2: error.message, 5: throwable }),
      3: serverSideId,
    });
  }
}
