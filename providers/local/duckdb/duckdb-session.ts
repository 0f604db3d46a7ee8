import { rmSync } from 'node:fs';
import { SessionError } from '../../../src/contract/session-error.ts';
import type { StatementProgress, StatementRequest } from '../../../src/contract/statement-runner.ts';
import type { EngineExecution, EngineSession } from '../local-engine.ts';
import { isFatal, toSessionError } from '../errors.ts';
import type { Connection, Database, DuckDbBinding, ExtractedStatements, PreparedStatement } from './binding.ts';
import { explainFailure } from './explain-failure.ts';
import { leaveAtExit } from './leave-at-exit.ts';
import { interruptible } from './interruptible.ts';
import { bindParameters } from './parameters.ts';
import { ResultStream } from './result-stream.ts';
import { raceAbort } from '../../../src/provider-kit/race-abort.ts';
import { throwIfAborted } from '../../../src/provider-kit/aborted-error.ts';

/** An open database with the one connection that a session has to it. */
export interface OpenDatabase {
  readonly binding: DuckDbBinding;
  readonly database: Database;
  readonly connection: Connection;
  /** Where the engine puts what does not fit into memory, where that is a folder of the session's own. */
  readonly spillFolder: string | undefined;
}

/**
 * A session on DuckDB: one connection, on which one statement runs at a time and the others wait in line.
 * When the next one begins, a result that is still half read is taken into memory first, so that both can go on.
 * Decision 20: docs/decisions/0020-duckdb-sessions-are-one-connection.md
 */
export class DuckDbSession implements EngineSession {
  readonly #open: OpenDatabase;
  readonly #stayAtExit: () => void;
  /** Settles when the connection is free for whoever comes next. */
  #line: Promise<unknown> = Promise.resolve();
  #result: ResultStream | undefined;
  #runningId: string | undefined;
  #brokenBy: string | undefined;

  constructor(open: OpenDatabase) {
    this.#open = open;
    this.#stayAtExit = leaveAtExit(() => {
      leave(open);
    });
  }

  get brokenBy(): string | undefined {
    return this.#brokenBy;
  }

  execute(request: StatementRequest, signal: AbortSignal): EngineExecution {
    const running = this.#line.then(() => this.#run(request, signal));
    this.#line = running.catch(() => undefined);
    const finished = running.then(
      (result) => result.finished,
      () => undefined,
    );
    // The caller hears of an abort at once, the line moves on when the engine has really let go.
    return { started: raceAbort(running, signal, 'execute'), finished };
  }

  progress(statementId: string): StatementProgress | undefined {
    if (this.#runningId !== statementId) return undefined;
    const { binding, connection } = this.#open;
    const { percentage, rows_processed, total_rows_to_process } = binding.query_progress(connection);
    if (percentage <= 0) return undefined;
    const totalRows = Number(total_rows_to_process);
    return {
      fraction: Math.min(percentage / 100, 1),
      rowsProcessed: Number(rows_processed),
      ...(totalRows > 0 ? { totalRows } : {}),
    };
  }

  async close(): Promise<void> {
    await this.#line;
    await this.#result?.close();
    this.#stayAtExit();
    const { binding, database, connection } = this.#open;
    binding.disconnect_sync(connection);
    binding.close_sync(database);
  }

  async #run(request: StatementRequest, signal: AbortSignal): Promise<ResultStream> {
    throwIfAborted(signal, 'execute');
    await this.#result?.keepRest();
    throwIfAborted(signal, 'execute');
    this.#runningId = request.id;
    try {
      const result = await this.#begin(request, signal);
      this.#result = result;
      void result.finished.then(() => {
        if (this.#result !== result) return;
        this.#result = undefined;
        this.#runningId = undefined;
      });
      return result;
    } catch (error) {
      this.#runningId = undefined;
      throw this.#noteFatal(toSessionError(error, { operation: 'execute', text: request.text }));
    }
  }

  async #begin({ text, parameters }: StatementRequest, signal: AbortSignal): Promise<ResultStream> {
    const { binding, connection } = this.#open;
    const work = { binding, connection, signal };
    const { statement, count } = await this.#prepareLast(text, parameters !== undefined, signal);
    try {
      bindParameters(binding, statement, parameters);
      const result = await interruptible(work, () => binding.execute_prepared_streaming(statement));
      const explain = async (rowCount: number, stop: AbortSignal): Promise<SessionError> => {
        // Of several statements the first ones must not run again.
        const broken = {
          binding,
          connection,
          text: count === 1 ? text : undefined,
          parameters,
          rowCount,
          signal: stop,
        };
        return this.#noteFatal(await explainFailure(broken));
      };
      return await ResultStream.open({ ...work, result, explainFailure: explain });
    } finally {
      binding.destroy_prepare_sync(statement);
    }
  }

  /** Prepares the last statement of a text, after running those before it. */
  async #prepareLast(text: string, hasParameters: boolean, signal: AbortSignal): Promise<PreparedText> {
    const { binding, connection } = this.#open;
    const work = { binding, connection, signal };
    const { extracted_statements: all, statement_count: count } = await interruptible(work, () =>
      binding.extract_statements(connection, text),
    );
    if (count === 0)
      throw new Error(extractionError(binding, all) ?? 'Invalid Input Error: the text holds no statement');
    if (count > 1 && hasParameters) {
      throw refusal(`parameters can be given to one statement only, and this text holds ${count}; run them one by one`);
    }
    const prepare = (index: number): Promise<PreparedStatement> =>
      interruptible(work, () => binding.prepare_extracted_statement(connection, all, index));
    for (let index = 0; index < count - 1; index += 1) {
      const statement = await prepare(index);
      try {
        await interruptible(work, () => binding.execute_prepared(statement));
      } finally {
        binding.destroy_prepare_sync(statement);
      }
    }
    return { statement: await prepare(count - 1), all, count };
  }

  #noteFatal(error: SessionError): SessionError {
    if (isFatal(error)) this.#brokenBy = error.message;
    return error;
  }
}

/** What a session does when its process exits: ends its work, and takes away what the engine would leave behind. */
function leave({ binding, connection, spillFolder }: OpenDatabase): void {
  binding.interrupt(connection);
  if (spillFolder === undefined) return;
  try {
    rmSync(spillFolder, { recursive: true, force: true });
  } catch {
    // The process is on its way out: there is nobody left to tell.
  }
}

/** Why a text could not be cut into statements; an empty one gives no error, which the binding cannot put into words. */
function extractionError(binding: DuckDbBinding, all: ExtractedStatements): string | undefined {
  try {
    return binding.extract_statements_error(all);
  } catch {
    return undefined;
  }
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'execute' });
}

/** The last statement of a text. */
interface PreparedText {
  readonly statement: PreparedStatement;
  /** Held until here, because the binding's threads do not hold what they work on. */
  readonly all: ExtractedStatements;
  /** How many statements the text has. */
  readonly count: number;
}
