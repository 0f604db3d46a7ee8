import { CommanderError } from 'commander';
import { SessionError } from '../contract/session-error.ts';
import { reportError } from './error-report.ts';
import { createProgram } from './program.ts';
import { environmentChoice } from './repeated-choice.ts';
import { protectSql } from './sql-argument.ts';
import { OUTPUT_CLOSED, terminalWith, warn, type Terminal } from './terminal.ts';

/**
 * Runs one command line and writes what comes of it; never throws.
 * @param args - without the program's own name
 * @returns the exit code: 0, that of the error's kind, or that of the command that `exec` ran.
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  const choosing = terminalWith(terminal, { choice: environmentChoice(ownArgs(args)) });
  const failure = (await failureOf(args, choosing, (code) => (exitCode = code))) ?? (await outputFailure(terminal));
  return failure === undefined ? exitCode : reportFailure(failure, args, terminal);
}

/** Writes a failure of the command line; returns its exit code. */
export function reportFailure(failure: unknown, args: readonly string[], terminal: Terminal): number {
  const { exitCode, text } = reportError(failure, ownArgs(args).includes('--json'), environmentChoice(ownArgs(args)));
  warn(terminal, text);
  return exitCode;
}

/** Without the arguments of the command that `exec` runs. */
function ownArgs(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end === -1 ? args : args.slice(0, end);
}

/** What a command line fails with; `undefined` when it succeeds, or ends only because of its output. */
async function failureOf(
  args: readonly string[],
  terminal: Terminal,
  onExitCode: (code: number) => void,
): Promise<unknown> {
  const program = createProgram(terminal, onExitCode);
  try {
    await program.parseAsync(protectSql(args, program), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined;
    const { reason } = terminal.signal as { readonly reason: unknown };
    const isOver = reason === OUTPUT_CLOSED || SessionError.is(reason);
    if (isOver && SessionError.is(error, 'aborted')) return undefined;
    return asOurs(error, program.args[0] === 'exec' && !args.includes('--'));
  }
  return undefined;
}

/** Why the output could not be written; that whoever reads it has seen enough is no failure of ours. */
async function outputFailure({ signal }: Terminal): Promise<SessionError | undefined> {
  // A stream tells of a write that failed one turn later, and the command may have been over by then.
  await new Promise((resolve) => setImmediate(resolve));
  return SessionError.is(signal.reason) ? signal.reason : undefined;
}

/** @param lacksDashes - whether the options of the command of `exec` may have been read as ours */
function asOurs(error: unknown, lacksDashes: boolean): unknown {
  if (!(error instanceof CommanderError)) return error;
  const reason = error.code === 'commander.help' ? 'a command is missing' : error.message.replace(/^error: /, '');
  const help = lacksDashes
    ? 'Put -- before the command that exec runs: anysession exec [options] -- python -c "…"'
    : 'anysession --help lists commands and options';
  return new SessionError('invalid-request', `${reason}\n${help}`, { operation: 'cli' });
}
