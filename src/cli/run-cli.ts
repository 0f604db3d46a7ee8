import { CommanderError } from 'commander';
import { SessionError } from '../contract/session-error.ts';
import { reportError } from './error-report.ts';
import { createProgram } from './program.ts';
import { OUTPUT_CLOSED, type Terminal } from './terminal.ts';

/**
 * Runs one command line and writes what comes of it; never throws.
 * @param args - without the program's own name
 * @returns the exit code: 0, or that of the error's kind.
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    // Whoever reads our output has seen enough; that is no failure of ours.
    if (terminal.signal.reason === OUTPUT_CLOSED && SessionError.is(error, 'aborted')) return 0;
    const { exitCode, text } = reportError(asOurs(error), args.includes('--json'));
    terminal.stderr.write(text);
    return exitCode;
  }
}

function asOurs(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const reason = error.code === 'commander.help' ? 'a command is missing' : error.message.replace(/^error: /, '');
  return new SessionError('invalid-request', `${reason}\nanysession --help lists commands and options`, {
    operation: 'cli',
  });
}
