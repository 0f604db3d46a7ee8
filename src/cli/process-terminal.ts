import { SessionError } from '../contract/session-error.ts';
import { OUTPUT_CLOSED, type Terminal } from './terminal.ts';

/** Exit codes of a process that a signal has ended, as shells count them. */
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** The process as a terminal. */
export interface ProcessTerminal {
  readonly terminal: Terminal;
  /** The exit code that a signal asks for; `undefined` when none came. */
  readonly exitCode: () => number | undefined;
}

/**
 * Joins the command line to the process: the first Ctrl-C ends what is running in good order, the second one at once;
 * an output that nobody reads any more ends it quietly, and one that takes no more (a full disk) with an error.
 */
export function createProcessTerminal(): ProcessTerminal {
  const controller = new AbortController();
  let exitCode: number | undefined;
  for (const [name, code] of Object.entries(SIGNAL_EXIT_CODES)) {
    process.on(name, () => {
      if (exitCode !== undefined) process.exit(code);
      exitCode = code;
      controller.abort(new Error(`stopped by ${name}`));
    });
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    controller.abort(error.code === 'EPIPE' ? OUTPUT_CLOSED : outputError(error));
  });
  const { stdin, stdout, stderr, env } = process;
  return {
    terminal: { stdin, stdout, stderr, env, cwd: process.cwd(), signal: controller.signal },
    exitCode: () => exitCode,
  };
}

function outputError(cause: NodeJS.ErrnoException): SessionError {
  const message = `the output cannot be written (${cause.code ?? cause.message}): make room for it, or write it elsewhere`;
  return new SessionError('invalid-request', message, { operation: 'cli', cause });
}
