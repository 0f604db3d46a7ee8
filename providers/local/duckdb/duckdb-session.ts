import { rmSync } from 'node:fs';
import type { SessionError } from '../../../src/contract/session-error.ts';
import type { StatementProgress, StatementRequest } from '../../../src/contract/statement-runner.ts';
import { throwIfAborted } from '../../../src/provider-kit/aborted-error.ts';
import { raceAbort } from '../../../src/provider-kit/race-abort.ts';
import type { EngineExecution, EngineSession } from '../local-engine.ts';
import { executeError, isFatal, toSessionError } from '../errors.ts';
import { atExit } from './at-exit.ts';
import type { Connection, Database, DuckDbBinding, ExtractedStatements, PreparedStatement } from './binding.ts';
import { explainFailure } from './explain-failure.ts';
import { interruptible, type InterruptibleWork } from './interruptible.ts';
import { bindParameters } from './parameters.ts';
import { ResultStream } from './result-stream.ts';

/** An open database with the only connection of a session to it. */
export interface OpenDatabase {
  readonly binding: DuckDbBinding;
  readonly database: Database;
  readonly connection: Connection;
  /** Where DuckDB writes what does not fit into memory; `undefined` unless the folder belongs to the session. */
  readonly spillFolder: string | undefined;
}

/** The last statement of a text. */
interface PreparedText {
  readonly statement: PreparedStatement;
  /** Returned to stay referenced until the statement is prepared: the binding's threads do not keep it alive. */
  readonly all?: ExtractedStatements;
  /** How many statements the text has. */
  readonly count: number;
}

/**
 * A session on DuckDB: one connection, on which one statement runs at a time while the others wait in a queue.
 * Before the next one begins, the rest of a partly read result is read into memory, so that both can continue.
 * Decision 20: docs/decisions/0020-duckdb-sessions-are-one-connection.md
 */
export class DuckDbSession implements EngineSession {
  readonly #open: OpenDatabase;
  readonly #configured: Promise<unknown>;
  readonly #cancelAtExit: () => void;
  /** Settles when the connection is free for the next statement. */
  #queue: Promise<unknown>;
  #result: ResultStream | undefined;
  #runningId: string | undefined;
  #brokenBy: string | undefined;

  /** @param configured - settles when the connection has its settings; statements wait for it, opening does not. */
  constructor(open: OpenDatabase, configured: Promise<unknown>) {
    this.#open = open;
    this.#configured = configured;
    this.#queue = configured.catch(() => undefined);
    this.#cancelAtExit = atExit(() => abandon(open));
  }

  get brokenBy(): string | undefined {
    return this.#brokenBy;
  }

  execute(request: StatementRequest, signal: AbortSignal): EngineExecution {
    const running = this.#queue.then(() => this.#run(request, signal));
    this.#queue = running.catch(() => undefined);
    const finished = running.then(
      (result) => result.finished,
      () => undefined,
    );
    // An abort rejects at once. The queue continues when the engine has really stopped.
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
    await this.#queue;
    await this.#result?.close();
    this.#cancelAtExit();
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
      await this.#configured;
      const result = await this.#begin(request, { ...this.#open, signal });
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

  async #begin({ text, parameters }: StatementRequest, work: InterruptibleWork): Promise<ResultStream> {
    const { binding } = work;
    const { statement, count } = await prepareLast(work, text, parameters !== undefined);
    try {
      bindParameters(binding, statement, parameters);
      const result = await interruptible(work, () => binding.execute_prepared_streaming(statement));
      const rerun = { ...work, parameters, text, count };
      const explain = async (rowCount: number, signal: AbortSignal): Promise<SessionError> =>
        this.#noteFatal(await explainFailure({ ...rerun, rowCount, signal }));
      return await ResultStream.open({ ...work, result, explainFailure: explain });
    } finally {
      binding.destroy_prepare_sync(statement);
    }
  }

  #noteFatal(error: SessionError): SessionError {
    if (isFatal(error)) this.#brokenBy = error.message;
    return error;
  }
}

/** Prepares the last statement of a text, after running those before it. */
async function prepareLast(work: InterruptibleWork, text: string, hasParameters: boolean): Promise<PreparedText> {
  const { binding, connection } = work;
  const only = await prepareOnly(work, text);
  if (only !== undefined) return { statement: only, count: 1 };
  const { extracted_statements: all, statement_count: count } = await interruptible(work, () =>
    binding.extract_statements(connection, text),
  );
  if (count === 0) throw new Error(extractionError(binding, all) ?? 'Invalid Input Error: the text has no statement');
  if (count > 1 && hasParameters) {
    const message = `the text has ${count} statements, and parameters require a single one. Run the statements one by one`;
    throw executeError('invalid-request', message);
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

/** Prepares a text of one statement with one call instead of two; `undefined` when the text has several statements or none. */
async function prepareOnly(work: InterruptibleWork, text: string): Promise<PreparedStatement | undefined> {
  try {
    return await interruptible(work, () => work.binding.prepare(work.connection, text));
  } catch (error) {
    const isOther =
      error instanceof Error && /^Invalid Input Error: (Cannot prepare multiple|No) statement/.test(error.message);
    if (isOther) return undefined;
    throw error;
  }
}

/** Why a text could not be split into statements. For an empty text the binding throws instead of returning an error. */
function extractionError(binding: DuckDbBinding, all: ExtractedStatements): string | undefined {
  try {
    return binding.extract_statements_error(all);
  } catch {
    return undefined;
  }
}

/** Interrupts a session when its process exits, and removes the files that DuckDB would leave behind. */
function abandon({ binding, connection, spillFolder }: OpenDatabase): void {
  binding.interrupt(connection);
  if (spillFolder === undefined) return;
  try {
    rmSync(spillFolder, { recursive: true, force: true });
  } catch {
    // The process exits: nobody can handle this error.
  }
}
