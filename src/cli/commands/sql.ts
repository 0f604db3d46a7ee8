import { SessionError } from '../../contract/session-error.ts';
import type { ParameterValue } from '../../contract/statement-runner.ts';
import { readCode } from '../code-input.ts';
import { separateResults } from '../result-printer.ts';
import { chooseTarget, withTarget } from '../result-target.ts';
import { assertRunsSql, runStatement, summaryOf, type SqlRun } from '../run-statement.ts';
import { splitSql, type SplitStatement } from '../split-sql.ts';
import { parametersOf } from '../sql-parameters.ts';
import { withPlace } from '../sql-place.ts';
import { StatusLine } from '../status-line.ts';
import { note, warn, type CommandContext, type Terminal } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';
import type { WorkFlags } from '../work-flags.ts';
import { giveUpAt, startDry, withWorkSession } from '../work-session.ts';

/** The options of `anysession sql`. */
interface SqlOptions extends WorkFlags {
  readonly file?: string;
  readonly param?: Readonly<Record<string, string>>;
  readonly csv?: boolean;
  readonly output?: readonly string[];
  readonly rows?: number;
  readonly timeout?: number;
}

/** Runs statements in a session, one after the other, and writes their results. The first one that fails ends the command. */
export async function runSql(context: CommandContext, text: string | undefined, options: SqlOptions): Promise<void> {
  const { terminal, json } = context;
  const untilMs = giveUpAt(options.timeout);
  const target = chooseTarget(context, options);
  // An option with several values takes the SQL behind it too.
  const input = await readCode(terminal, 'SQL', { text: text ?? target.rest, file: options.file });
  const status = new StatusLine(terminal, json);
  try {
    const work = (out: Terminal) =>
      withSessions(context, async (sessions) => {
        assertRunsSql(sessions);
        const statements = splitSql(input, sessions.dialect);
        if (statements.length === 0) throw refusal('The statement is empty. Pass SQL.');
        const parameters = parametersOf(statements, options.param ?? {});
        const place = { sessions, terminal, status, untilMs, defaultName: 'anysession sql' };
        if (context.dryRun !== undefined) return startDry(place, options);
        await withWorkSession(place, options, async (session) => {
          const run = { session, terminal: out, status, untilMs, format: target.format, maxRows: options.rows };
          await runAll(run, statements, parameters);
        });
      });
    // A dry run creates no file.
    await (context.dryRun === undefined ? withTarget(terminal, target, work) : work(terminal));
  } finally {
    status.end();
  }
}

async function runAll(
  run: SqlRun,
  statements: readonly SplitStatement[],
  parameters: readonly (Readonly<Record<string, ParameterValue>> | undefined)[],
): Promise<void> {
  const { terminal, status, format, maxRows } = run;
  const count = statements.length;
  let printedResults = 0;
  for (const [index, statement] of statements.entries()) {
    const which = count === 1 ? 'the statement' : `statement ${index + 1} of ${count}`;
    const isLast = index === count - 1;
    const begin = async (columns: number): Promise<boolean> => {
      // Of several statements only those with rows are printed; JSON is always at least one value.
      if (columns === 0 && count > 1 && !(isLast && printedResults === 0 && format === 'json')) return false;
      if (printedResults > 0) await separateResults(terminal, format);
      printedResults += 1;
      return true;
    };
    const runnable = { text: statement.text, which, parameters: parameters[index], begin };
    const printed = await runStatement(run, runnable).catch((error: unknown) => {
      throw withPlace(error, statement, { index, count });
    });
    if (isLast) status.end();
    if (printed === undefined) continue;
    // A reader of the file must not take it for the whole result.
    if (printed.more && maxRows === undefined) warn(terminal, `${summaryOf(printed)}\n`);
    else note(terminal, summaryOf(printed));
  }
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'sql' });
}
