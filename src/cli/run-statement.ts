import { SessionError } from '../contract/session-error.ts';
import type { ParameterValue } from '../contract/statement-runner.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Result } from '../statement/result.ts';
import { printResult, type PrintedRows, type ResultFormat } from './result-printer.ts';
import type { StatusLine } from './status-line.ts';
import type { Terminal } from './terminal.ts';
import { timeLeftMs } from './work-session.ts';

/** How statements are run and printed. */
export interface SqlRun {
  readonly session: Session;
  /** Its stdout gets the rows; its signal cancels the statement. */
  readonly terminal: Terminal;
  readonly status: StatusLine;
  readonly untilMs: number;
  readonly format: ResultFormat;
  readonly maxRows: number | undefined;
}

/** One statement to run. */
export interface RunnableStatement {
  readonly text: string;
  /** What the status line calls it. */
  readonly which: string;
  readonly parameters?: Readonly<Record<string, ParameterValue>> | undefined;
  /** Called with the number of columns before a result is printed; `false` leaves it out. */
  readonly begin: (columns: number) => Promise<boolean>;
}

/** Runs one statement with its progress in the status line. Returns what was printed; `undefined` when the result was left out. */
export async function runStatement(
  run: SqlRun,
  { text, which, parameters, begin }: RunnableStatement,
): Promise<PrintedRows | undefined> {
  const { session, terminal, status, format, maxRows } = run;
  const statement = session.submit(text, { signal: terminal.signal, timeoutMs: timeLeftMs(run), parameters });
  const listening = [
    statement.on('state', (state) => status.show(`${which} is ${state} …`)),
    statement.on('progress', ({ fraction }) => {
      if (fraction !== undefined) status.show(`${which} is running: ${Math.round(fraction * 100)} %`);
    }),
  ];
  const result = await statement.result();
  for (const stop of listening) stop();
  status.clear();
  if (await begin(result.schema.fields.length)) return printResult(terminal, result, { format, maxRows });
  await drain(result);
  return undefined;
}

/** A statement has run to its end when its result has. */
async function drain(result: Result): Promise<void> {
  const batches = result.batches()[Symbol.asyncIterator]();
  while ((await batches.next()).done !== true);
}

/** Says how much was printed. */
export function summaryOf({ rowCount, more }: PrintedRows): string {
  if (rowCount === undefined) return 'done';
  if (more) return `the first ${rowCount} rows; --rows COUNT shows more, --json and --csv show all`;
  return rowCount === 1 ? '1 row' : `${rowCount} rows`;
}

/** @throws SessionError `unsupported`, before anything is started. */
export function assertRunsSql({ provider: { id, capabilities } }: Sessions): void {
  if (capabilities.sql || capabilities.sparkConnect) return;
  const message = `sessions of ${id} cannot run SQL in this environment; no session was started`;
  throw new SessionError('unsupported', message, { operation: 'sql', provider: id });
}
