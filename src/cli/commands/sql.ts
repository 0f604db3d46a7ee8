import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { SessionError } from '../../contract/session-error.ts';
import { raceAbort } from '../../provider-kit/race-abort.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import { toJsonText } from '../printable.ts';
import { printResult, type PrintedRows, type ResultFormat } from '../result-printer.ts';
import { deliver, note, StatusLine, warn, type CommandContext, type Terminal } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';

/** The options of `anysession sql`. */
interface SqlOptions {
  readonly file?: string;
  readonly csv?: boolean;
  readonly rows?: number;
  readonly key?: string;
  readonly restart?: boolean;
  readonly keep?: boolean;
}

/** Starts a session, runs one statement in it, writes the result, and ends the session unless it is to be kept. */
export async function runSql(context: CommandContext, text: string | undefined, options: SqlOptions): Promise<void> {
  const { terminal, json } = context;
  const format = formatOf(json, options);
  const statement = await statementText(terminal, text, options.file);
  const status = new StatusLine(terminal);
  try {
    await withSessions(context, async (sessions) => {
      const session = await start(sessions, options, status, terminal);
      const printed = await execute(session, statement, terminal, status, { format, maxRows: options.rows });
      // Whoever reads the table from a file must not take it for the whole result.
      if (printed.more && options.rows === undefined) warn(terminal, `${summaryOf(printed)}\n`);
      else note(terminal, summaryOf(printed));
      if (options.keep) await keep(session, options.key, terminal);
    });
  } finally {
    status.end();
  }
}

/** Keeps the session and writes its handle, not only for a person: without handle and key nobody finds it again. */
async function keep(session: Session, key: string | undefined, terminal: Terminal): Promise<void> {
  try {
    await deliver(terminal, `the session is kept: ${toJsonText(session.handle)}\n`);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const text = `The session was not kept: its handle cannot be written to stderr (${code ?? message}). Open stderr, or name the session by --key.`;
    if (key === undefined) throw refusal(text, cause);
  }
  session.detach();
}

function summaryOf({ rowCount, more }: PrintedRows): string {
  if (more) return `the first ${rowCount} rows; --rows COUNT shows more, --json and --csv show all`;
  return rowCount === 1 ? '1 row' : `${rowCount} rows`;
}

async function start(
  sessions: Sessions,
  options: SqlOptions,
  status: StatusLine,
  terminal: Terminal,
): Promise<Session> {
  const { id, capabilities } = sessions.provider;
  const unsupported = (operation: string, message: string): SessionError =>
    new SessionError('unsupported', message, { operation, provider: id });
  if (options.keep && !capabilities.outlivesProcess) {
    throw unsupported('start', `sessions of ${id} end with their process: leave out --keep`);
  }
  if (!capabilities.sql && !capabilities.sparkConnect) {
    throw unsupported('sql', `sessions of ${id} run no SQL in this environment: none was started`);
  }
  status.show(`${sessions.environment}: starting a session on ${id} …`);
  const session = await sessions.start({
    key: options.key,
    restart: options.restart,
    name: 'anysession sql',
    signal: terminal.signal,
  });
  session.on('state', ({ to }) => status.show(`${sessions.environment}: the session is ${to} …`));
  return session;
}

async function execute(
  session: Session,
  text: string,
  terminal: Terminal,
  status: StatusLine,
  rows: { readonly format: ResultFormat; readonly maxRows: number | undefined },
) {
  const statement = session.submit(text, { signal: terminal.signal });
  statement.on('state', (state) => status.show(`the statement is ${state} …`));
  statement.on('progress', ({ fraction }) => {
    if (fraction !== undefined) status.show(`the statement is running: ${Math.round(fraction * 100)} %`);
  });
  const result = await statement.result();
  status.end();
  return printResult(terminal, result, rows);
}

function formatOf(json: boolean, { csv = false }: SqlOptions): ResultFormat {
  if (json && csv) throw refusal('--json and --csv cannot both be: choose one');
  return json ? 'json' : csv ? 'csv' : 'table';
}

async function statementText(terminal: Terminal, text: string | undefined, file: string | undefined): Promise<string> {
  if (text !== undefined && file !== undefined) throw refusal('give the SQL as text or by --file, not both');
  if (file !== undefined) return readSqlFile(resolve(terminal.cwd, file), file);
  if (text === undefined) throw refusal('give the SQL as text, as - to read it from standard input, or by --file');
  return text === '-' ? readStdin(terminal) : text;
}

async function readStdin(terminal: Terminal): Promise<string> {
  const { stdin, signal } = terminal;
  if (stdin.isTTY === true) note(terminal, 'Type the SQL. Ctrl-D on an empty line ends it.');
  try {
    return await raceAbort(readAll(stdin), signal, 'sql');
  } catch (error) {
    // A read that is still open would keep the process alive.
    stdin.destroy();
    if (SessionError.is(error)) throw error;
    throw refusal(`standard input cannot be read (${String((error as NodeJS.ErrnoException).code)})`, error);
  }
}

async function readSqlFile(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw refusal(
      `the file ${name} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : String(code)}`,
      cause,
    );
  }
}

function refusal(message: string, cause?: unknown): SessionError {
  return new SessionError('invalid-request', message, { operation: 'sql', cause });
}
