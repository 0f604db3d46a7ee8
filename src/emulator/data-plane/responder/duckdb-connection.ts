import type {
  DuckDBConnection,
  DuckDBInstance,
  DuckDBMaterializedResult,
  DuckDBPreparedStatement,
} from '@duckdb/node-api';
import { RpcStatus } from '../../grpc-status.ts';
import { toSqlFailure, UNBOUND_PARAMETER } from './spark-errors.ts';
import type { BoundSql, DuckDb } from './sql-plan.ts';

/** The pause between two interrupts, in real milliseconds; the engine ignores one that comes too early. */
const INTERRUPT_PAUSE_MS = 5;

/** A database in memory with one connection, on which the statements of a session run one after the other. */
export class DuckDbConnection {
  readonly #duckdb: DuckDb;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(duckdb: DuckDb, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#duckdb = duckdb;
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(duckdb: DuckDb): Promise<DuckDbConnection> {
    const instance = await duckdb.DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    return new DuckDbConnection(duckdb, instance, connection);
  }

  /** Whether a statement is a query, which can be run repeatedly. @throws RpcStatus when it cannot be prepared. */
  isQuery({ text, named }: BoundSql, signal: AbortSignal): Promise<boolean> {
    return this.#inOrder(signal, async () => {
      const statement = await this.#connection.prepare(withDollarNames(text, Object.keys(named)));
      try {
        return statement.statementType === this.#duckdb.StatementType.SELECT;
      } finally {
        statement.destroySync();
      }
    });
  }

  /** Runs a statement to its end; the rows are then in memory. @throws RpcStatus when it fails or was cancelled. */
  run({ text, positional, named }: BoundSql, signal: AbortSignal): Promise<DuckDBMaterializedResult> {
    return this.#inOrder(signal, async () => {
      const statement = await this.#connection.prepare(withDollarNames(text, Object.keys(named)));
      try {
        for (let index = 1; index <= statement.parameterCount; index += 1) {
          const name = nameOf(statement, index);
          const bind = named[name] ?? positional[index - 1] ?? missing(name);
          bind(statement, index, this.#duckdb);
        }
        return await statement.run();
      } finally {
        statement.destroySync();
      }
    });
  }

  /** Waits for the running statement, which the caller has cancelled. */
  async close(): Promise<void> {
    await this.#last;
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  #inOrder<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(() => this.#interruptibly(signal, work));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #interruptibly<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    throwIfStopped(signal);
    let timer: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      this.#connection.interrupt();
      timer = setTimeout(interrupt, INTERRUPT_PAUSE_MS);
    };
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      return await work();
    } catch (error) {
      throwIfStopped(signal);
      throw error instanceof RpcStatus ? error : toSqlFailure(error);
    } finally {
      signal.removeEventListener('abort', interrupt);
      clearTimeout(timer);
    }
  }
}

/** Texts, quoted names and comments, in which a colon is a colon; then casts; then the name of a parameter. */
const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/|::|:([A-Za-z_]\w*)/g;

/** Spark's `:name` as DuckDB's `$name`, for the names that have a value. */
export function withDollarNames(text: string, names: readonly string[]): string {
  if (names.length === 0) return text;
  return text.replace(TOKENS, (token: string, name: string | undefined) =>
    name !== undefined && names.includes(name) ? `$${name}` : token,
  );
}

/** DuckDB has no name for a number that the statement leaves out. */
function nameOf(statement: DuckDBPreparedStatement, index: number): string {
  try {
    return statement.parameterName(index);
  } catch {
    return missing(`$${index}`);
  }
}

function missing(name: string): never {
  throw RpcStatus.ofSpark(UNBOUND_PARAMETER, `Found the unbound parameter: ${name}.`, { sqlState: '42P02' });
}

function throwIfStopped(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw RpcStatus.ofSpark('OPERATION_CANCELED', 'The operation was interrupted.', { sqlState: 'HY008' });
}
