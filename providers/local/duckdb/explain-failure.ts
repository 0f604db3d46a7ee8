import { throwIfAborted } from '../../../src/provider-kit/aborted-error.ts';
import { SessionError } from '../../../src/contract/session-error.ts';
import type { Parameters } from '../../../src/contract/statement-runner.ts';
import { executeError, toSessionError } from '../errors.ts';
import { STATEMENT_SELECT, type PreparedStatement } from './binding.ts';
import { interruptible, type InterruptibleWork } from './interruptible.ts';
import { bindParameters } from './parameters.ts';

/** A statement whose result failed after its first rows. */
export interface FailedStatement extends InterruptibleWork {
  readonly text: string;
  /** How many statements the text has; the last one failed. */
  readonly count: number;
  readonly parameters: Parameters | undefined;
  /** How many rows were read before. */
  readonly rowCount: number;
}

/** The limit of the search for the reason, milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Finds out why a result failed. The binding reports the failure without a reason, so a SELECT runs again inside an aggregate
 * that reads every value and keeps none: it fails in the same way, with the reason. Statements before it do not run again.
 * If that does not work, the error says how to get the reason.
 * Decision 19: docs/decisions/0019-duckdb-results-that-break-off.md
 * @throws SessionError the signal's error when it aborts; any other error is returned.
 */
export async function explainFailure(failed: FailedStatement): Promise<SessionError> {
  try {
    await runAgain(failed);
  } catch (error) {
    throwIfAborted(failed.signal, 'execute');
    const reason = toSessionError(error, { operation: 'execute' });
    // A transaction that the failure has aborted rejects every further statement with `conflict`.
    if (reason.native !== undefined && reason.kind !== 'conflict') return reason;
  }
  throwIfAborted(failed.signal, 'execute');
  const message =
    `DuckDB stopped after ${failed.rowCount} rows without a reason. ` +
    'To get the reason, run the statement as CREATE TEMP TABLE reason AS …';
  return executeError('unexpected', message);
}

/** @throws the reason. */
async function runAgain(failed: FailedStatement): Promise<void> {
  const { binding, parameters } = failed;
  const work = { ...failed, signal: AbortSignal.any([failed.signal, AbortSignal.timeout(TIMEOUT_MS)]) };
  const { before, last } = await lastStatement(work, failed);
  for (const query of queriesIn(last)) {
    const statement = await prepareAggregate(work, query);
    if (statement === undefined) continue;
    try {
      bindParameters(binding, statement, parameters);
      await interruptible(work, () => binding.execute_prepared(statement));
    } catch (error) {
      throw withOriginalLine(error, before.split('\n').length - 1);
    } finally {
      binding.destroy_prepare_sync(statement);
    }
    return;
  }
}

/** A statement may end with semicolons and comments, which an aggregate around it cannot contain. DuckDB finds out where it ends. */
function queriesIn(statement: string): readonly string[] {
  const ends = [...statement.matchAll(/;/g)].map(({ index }) => index);
  return [statement, ...ends.reverse().map((end) => statement.slice(0, end))];
}

/** `undefined` when the text is not one SELECT. */
async function prepareAggregate(work: InterruptibleWork, query: string): Promise<PreparedStatement | undefined> {
  const { binding, connection } = work;
  try {
    const original = await interruptible(work, () => binding.prepare(connection, query));
    const isSelect = binding.prepared_statement_type(original) === STATEMENT_SELECT;
    binding.destroy_prepare_sync(original);
    if (!isSelect) return undefined;
    const wrapped = `SELECT bit_xor(hash(COLUMNS(*))) FROM (\n${query}\n)`;
    return await interruptible(work, () => binding.prepare(connection, wrapped));
  } catch {
    return undefined;
  }
}

/** Splits a text before its last statement, at the first semicolon that leaves one statement behind it. */
async function lastStatement(
  work: InterruptibleWork,
  { text, count }: FailedStatement,
): Promise<{ readonly before: string; readonly last: string }> {
  if (count === 1) return { before: '', last: text };
  for (const { index } of text.matchAll(/;/g)) {
    const [before, last] = [text.slice(0, index), text.slice(index + 1)];
    const isSplit = (await countStatements(work, before)) === count - 1 && (await countStatements(work, last)) === 1;
    if (isSplit) return { before, last };
  }
  return { before: text, last: '' };
}

/** 0 for a text that does not parse. */
async function countStatements(work: InterruptibleWork, text: string): Promise<number> {
  const { binding, connection } = work;
  const found = await interruptible(work, () => binding.extract_statements(connection, text)).catch(() => undefined);
  return found?.statement_count ?? 0;
}

/** The aggregate adds one line before the first line of the statement. */
function withOriginalLine(error: unknown, linesBefore: number): unknown {
  if (!(error instanceof Error) || SessionError.is(error)) return error;
  const message = error.message.replace(
    /^LINE (\d+):/m,
    (_, line: string) => `LINE ${Number(line) - 1 + linesBefore}:`,
  );
  return new Error(message, { cause: error });
}
