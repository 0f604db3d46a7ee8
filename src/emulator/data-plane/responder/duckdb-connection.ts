import type * as duckdbModule from '@duckdb/node-api';
import type {
  DuckDBConnection,
  DuckDBInstance,
  DuckDBMaterializedResult,
  DuckDBPreparedStatement,
} from '@duckdb/node-api';
import { RpcStatus } from '../rpc-status.ts';
import type { BoundValue } from './literal.ts';
import { toSqlFailure, UNBOUND_PARAMETER } from './sql-failure.ts';
import type { BoundSql } from './sql-plan.ts';
import { withDollarNames } from './parameter-names.ts';

/** The module `@duckdb/node-api`. */
export type DuckDb = typeof duckdbModule;

/** The pause between two interrupts, real milliseconds; one that comes too early is forgotten by the engine. */
const INTERRUPT_PAUSE_MS = 5;

/** Loads the engine. @throws RpcStatus `FAILED_PRECONDITION` with the line that installs it. */
export async function loadDuckDb(): Promise<DuckDb> {
  try {
    return await import('@duckdb/node-api');
  } catch {
    throw new RpcStatus(
      'FAILED_PRECONDITION',
      "The engine 'duckdb' of the emulator needs a package that cannot be loaded; run: npm install @duckdb/node-api",
    );
  }
}

/** One database in memory with one connection, on which the statements of a session run one after the other. */
export class DuckDbConnection {
  readonly #duckdb: DuckDb;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  #line: Promise<unknown> = Promise.resolve();

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

  /** Whether a statement is a query, which may be run as often as one likes. @throws RpcStatus when it cannot be prepared. */
  isQuery({ text, named }: BoundSql, signal: AbortSignal): Promise<boolean> {
    return this.#inLine(signal, async () => {
      const statement = await this.#connection.prepare(withDollarNames(text, Object.keys(named)));
      try {
        return statement.statementType === this.#duckdb.StatementType.SELECT;
      } finally {
        statement.destroySync();
      }
    });
  }

  /** Runs a statement to its end; its rows are in memory then. @throws RpcStatus when it fails or was cancelled. */
  run({ text, positional, named }: BoundSql, signal: AbortSignal): Promise<DuckDBMaterializedResult> {
    return this.#inLine(signal, async () => {
      const statement = await this.#connection.prepare(withDollarNames(text, Object.keys(named)));
      try {
        for (let index = 1; index <= statement.parameterCount; index += 1) {
          const name = statement.parameterName(index);
          this.#bind(statement, index, named[name] ?? positional[index - 1] ?? missing(name));
        }
        return await statement.run();
      } finally {
        statement.destroySync();
      }
    });
  }

  /** Waits for the statement that runs; whoever closes has cancelled it. */
  async close(): Promise<void> {
    await this.#line;
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  #inLine<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const done = this.#line.then(() => this.#interruptibly(signal, work));
    this.#line = done.catch(() => undefined);
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

  #bind(statement: DuckDBPreparedStatement, index: number, bound: BoundValue): void {
    const { DuckDBDateValue, DuckDBTimestampTZValue, DuckDBTimestampValue } = this.#duckdb;
    switch (bound.type) {
      case 'null': {
        statement.bindNull(index);
        return;
      }
      case 'binary': {
        statement.bindBlob(index, bound.value);
        return;
      }
      case 'boolean': {
        statement.bindBoolean(index, bound.value);
        return;
      }
      case 'integer': {
        statement.bindInteger(index, Number(bound.value));
        return;
      }
      case 'long': {
        statement.bindBigInt(index, bound.value);
        return;
      }
      case 'double': {
        statement.bindDouble(index, bound.value);
        return;
      }
      case 'decimal': {
        this.#bindDecimal(statement, index, bound.value);
        return;
      }
      case 'string': {
        statement.bindVarchar(index, bound.value);
        return;
      }
      case 'date': {
        statement.bindDate(index, new DuckDBDateValue(Number(bound.value)));
        return;
      }
      case 'timestamp': {
        statement.bindTimestampTZ(index, new DuckDBTimestampTZValue(bound.value));
        return;
      }
      case 'timestamp-ntz': {
        statement.bindTimestamp(index, new DuckDBTimestampValue(bound.value));
        return;
      }
    }
  }

  #bindDecimal(statement: DuckDBPreparedStatement, index: number, text: string): void {
    const [whole = '', fraction = ''] = text.split('.');
    const width = Math.max(`${whole}${fraction}`.replace('-', '').length, 1);
    const value = new this.#duckdb.DuckDBDecimalValue(BigInt(`${whole}${fraction}`), width, fraction.length);
    statement.bindDecimal(index, value);
  }
}

function missing(name: string): never {
  throw RpcStatus.ofSpark(UNBOUND_PARAMETER, `Found the unbound parameter: ${name}.`, { sqlState: '42P02' });
}

function throwIfStopped(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw RpcStatus.ofSpark('OPERATION_CANCELED', 'The operation was interrupted.', { sqlState: 'HY008' });
}
