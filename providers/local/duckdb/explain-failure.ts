import { throwIfAborted } from '../../../src/provider-kit/aborted-error.ts';
import { SessionError } from '../../../src/contract/session-error.ts';
import type { Parameters } from '../../../src/contract/statement-runner.ts';
import { executeError, toSessionError } from '../errors.ts';
import { STATEMENT_SELECT } from './binding.ts';
import { interruptible, type InterruptibleWork } from './interruptible.ts';
import { bindParameters } from './parameters.ts';

/** A statement whose result failed after its first rows. */
export interface FailedStatement extends InterruptibleWork {
  /** `undefined` when it must not run again. */
  readonly text: string | undefined;
  readonly parameters: Parameters | undefined;
  /** How many rows were read before. */
  readonly rowCount: number;
}

/** The limit of the search for the reason, milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Finds out why a result failed. The binding reports the failure without a reason, so a SELECT runs again inside an aggregate
 * that reads every value and keeps none: it fails in the same way, with the reason.
 * If that does not work, the error says how to get the reason.
 * Decision 19: docs/decisions/0019-duckdb-results-that-break-off.md
 * @throws SessionError the signal's error when it aborts; any other error is returned.
 */
export async function explainFailure(failed: FailedStatement): Promise<SessionError> {
  try {
    if (failed.text !== undefined) await runAgain(failed, failed.text);
  } catch (error) {
    throwIfAborted(failed.signal, 'execute');
    const reason = toSessionError(withOriginalLine(error), { operation: 'execute' });
    // A transaction that the failure has aborted rejects every further statement with `conflict`.
    if (reason.native !== undefined && reason.kind !== 'conflict') return reason;
  }
  const message =
    `DuckDB stopped after ${failed.rowCount} rows without a reason. ` +
    'To get the reason, run the statement as CREATE TEMP TABLE reason AS …';
  return executeError('unexpected', message);
}

async function runAgain(failed: FailedStatement, text: string): Promise<void> {
  const { binding, connection, parameters } = failed;
  const work = { ...failed, signal: AbortSignal.any([failed.signal, AbortSignal.timeout(TIMEOUT_MS)]) };
  const query = text.replace(/;\s*$/, '');
  const original = await interruptible(work, () => binding.prepare(connection, query));
  const isSelect = binding.prepared_statement_type(original) === STATEMENT_SELECT;
  binding.destroy_prepare_sync(original);
  if (!isSelect) return;
  const wrapped = `SELECT bit_xor(hash(COLUMNS(*))) FROM (\n${query}\n)`;
  const statement = await interruptible(work, () => binding.prepare(connection, wrapped));
  try {
    bindParameters(binding, statement, parameters);
    await interruptible(work, () => binding.execute_prepared(statement));
  } finally {
    binding.destroy_prepare_sync(statement);
  }
}

/** The aggregate adds one line before the first line of the statement. */
function withOriginalLine(error: unknown): unknown {
  if (!(error instanceof Error) || SessionError.is(error)) return error;
  const message = error.message.replace(/^LINE (\d+):/m, (_, line: string) => `LINE ${Number(line) - 1}:`);
  return new Error(message, { cause: error });
}
