import { SessionError } from '../../contract/session-error.ts';
import type { SqlDialect } from '../../contract/capabilities.ts';
import { reportError } from '../error-report.ts';
import { runStatement, summaryOf, type SqlRun } from '../run-statement.ts';
import { splitSql, type SplitStatement } from '../split-sql.ts';
import { withPlace } from '../sql-place.ts';
import { StatusLine } from '../status-line.ts';
import { print, terminalWith, warn, type Terminal } from '../terminal.ts';
import { parseShellCommand, SHELL_HELP } from './shell-commands.ts';
import { INTERRUPTED, ShellInput } from './shell-input.ts';
import { ShellOutput } from './shell-output.ts';

/** What a shell works with. */
export interface ShellParts extends Omit<SqlRun, 'format' | 'untilMs' | 'status'> {
  readonly environment: string;
  readonly dialect: SqlDialect;
}

/** Runs the statements that a person types, until they leave or the session ends. An error of a statement ends nothing. */
export class Shell {
  readonly #parts: ShellParts;
  readonly #terminal: Terminal;
  readonly #input: ShellInput;
  readonly #output: ShellOutput;
  #buffer = '';

  constructor(parts: ShellParts) {
    this.#parts = parts;
    this.#terminal = parts.terminal;
    this.#input = new ShellInput(parts.terminal);
    this.#output = new ShellOutput(parts.terminal);
  }

  /** @throws SessionError when the session has ended. */
  async run(): Promise<void> {
    try {
      for (let isOpen = true; isOpen;) {
        const line = await this.#input.read(this.#prompt());
        if (line === INTERRUPTED) this.#startAnew();
        else isOpen = line !== undefined && (await this.#read(line));
      }
      await this.#output.close();
    } finally {
      this.#input.close();
    }
  }

  #prompt(): string {
    const { environment } = this.#parts;
    return this.#buffer === '' ? `${environment}> ` : `${'->'.padStart(environment.length + 1)} `;
  }

  #startAnew(): void {
    warn(this.#terminal, '\n');
    this.#buffer = '';
  }

  /** Returns whether the shell stays open. */
  async #read(line: string): Promise<boolean> {
    const isFirst = this.#buffer === '';
    if (isFirst && line.trim() === '') return true;
    try {
      if (isFirst && line.startsWith('\\')) return await this.#command(line);
      this.#buffer += `${line}\n`;
      const statements = splitSql(this.#buffer, this.#parts.dialect);
      if (statements.length === 0 || statements.some(({ isEnded }) => !isEnded)) return true;
      this.#buffer = '';
      for (const [index, statement] of statements.entries())
        await this.#execute(statement, { index, count: statements.length });
    } catch (error) {
      if (this.#terminal.signal.aborted) return false;
      if (SessionError.is(error, 'session-failed')) throw error;
      warn(
        this.#terminal,
        SessionError.is(error, 'aborted') ? 'canceled\n' : reportError(error, false, this.#terminal.choice).text,
      );
    }
    return true;
  }

  async #command(line: string): Promise<boolean> {
    const command = parseShellCommand(line);
    if (command.kind === 'quit') return false;
    if (command.kind === 'help') await print(this.#terminal, SHELL_HELP);
    else if (command.kind === 'output') await this.#output.sendTo(command.file);
    else for (const statement of splitSql(command.text, this.#parts.dialect)) await this.#execute(statement);
    return true;
  }

  async #execute(statement: SplitStatement, place = { index: 0, count: 1 }): Promise<void> {
    const { format, stdout } = this.#output;
    const status = new StatusLine(this.#terminal);
    const begunMs = performance.now();
    const begin = async (columns: number): Promise<boolean> => {
      if (columns > 0) await this.#output.beginResult();
      return columns > 0;
    };
    const printed = await this.#input
      .whileInterruptible((signal) => {
        const terminal = terminalWith(this.#terminal, { stdout, signal });
        const run = { ...this.#parts, terminal, status, format, untilMs: Number.POSITIVE_INFINITY };
        return runStatement(run, { text: statement.text, which: 'the statement', begin });
      })
      .catch((error: unknown) => {
        throw withPlace(error, statement, place);
      })
      .finally(() => status.end());
    const seconds = ((performance.now() - begunMs) / 1_000).toFixed(2);
    warn(this.#terminal, `${printed === undefined ? 'done' : summaryOf(printed)} (${seconds} s)\n`);
  }
}
