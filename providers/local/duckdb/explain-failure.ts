import { SessionError } from '../../../src/contract/session-error.ts';
import type { Parameters } from '../../../src/contract/statement-runner.ts';
import { toSessionError } from '../errors.ts';
import { type Connection, type DuckDbBinding, STATEMENT_SELECT } from './binding.ts';
import { interruptible } from './interruptible.ts';
import { bindParameters } from './parameters.ts';
import { throwIfAborted } from '../../../src/provider-kit/aborted-error.ts';

/** A statement whose result broke off. */
export interface BrokenStatement {
  readonly binding: DuckDbBinding;
  readonly connection: Connection;
  /** Absent where it must not run again. */
  readonly text: string | undefined;
  readonly parameters: Parameters | undefined;
  /** How many rows came before. */
  readonly rowCount: number;
  readonly signal: AbortSignal;
}

/** How long looking for the reason may take, milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Finds out why a result broke off. The binding tells that it did and keeps the reason to itself, so a SELECT is run
 * once more under an aggregate that looks at every value and keeps none: it meets the same trouble and fails with its words.
 * Where that does not help, the error says how to see the reason.
 * Decision 19: docs/decisions/0019-duckdb-results-that-break-off.md
 * @throws SessionError the signal's error when it aborts; gives any other back.
 */
export async function explainFailure(broken: BrokenStatement): Promise<SessionError> {
  try {
    if (broken.text !== undefined) await runAgain(broken, broken.text);
  } catch (error) {
    throwIfAborted(broken.signal, 'execute');
    const reason = toSessionError(withTrueLine(error), { operation: 'execute' });
    // In a transaction that the failure has ended, nothing can be run again.
    const isReason = reason.native !== undefined && reason.kind !== 'conflict';
    if (isReason) return reason;
  }
  return new SessionError(
    'unexpected',
    `the engine broke off after ${broken.rowCount} rows and its binding gives no reason; ` +
      'to see the reason, run the statement as CREATE TEMP TABLE reason AS …',
    { operation: 'execute' },
  );
}

async function runAgain(broken: BrokenStatement, text: string): Promise<void> {
  const { binding, connection, parameters, signal } = broken;
  const work = { binding, connection, signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) };
  const query = text.replace(/;\s*$/, '');
  const wrapped = `SELECT bit_xor(hash(COLUMNS(*))) FROM (\n${query}\n)`;
  const original = await interruptible(work, () => binding.prepare(connection, query));
  const isSelect = binding.prepared_statement_type(original) === STATEMENT_SELECT;
  binding.destroy_prepare_sync(original);
  if (!isSelect) return;
  const statement = await interruptible(work, () => binding.prepare(connection, wrapped));
  try {
    bindParameters(binding, statement, parameters);
    await interruptible(work, () => binding.execute_prepared(statement));
  } finally {
    binding.destroy_prepare_sync(statement);
  }
}

/** The aggregate stands in a line of its own before the statement's first one. */
function withTrueLine(error: unknown): unknown {
  if (!(error instanceof Error) || SessionError.is(error)) return error;
  const message = error.message.replace(/^LINE (\d+):/m, (_, line: string) => `LINE ${Number(line) - 1}:`);
  return new Error(message, { cause: error });
}
