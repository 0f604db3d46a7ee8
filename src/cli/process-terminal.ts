import { isatty } from 'node:tty';
import { SessionError } from '../contract/session-error.ts';
import { onNpxEnd } from './npx-wrapper.ts';
import { OUTPUT_CLOSED, type Terminal } from './terminal.ts';

/** Exit codes of a process that a signal has ended, as shells count them. */
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** One Ctrl-C can arrive twice, from the terminal and from npx. */
const SAME_CTRL_C_MS = 500;

/** The process as a terminal. */
export interface ProcessTerminal {
  readonly terminal: Terminal;
  /** Lets the process end, with the exit code of the signal that stopped it or with this one. */
  readonly end: (exitCode: number) => void;
}

/**
 * Joins the command line to the process. The first signal ends what is running in good order; a second Ctrl-C ends the process at
 * once. Only Ctrl-C does: a shell that loses its terminal, and npx, send their signals twice. An output that nobody reads any more
 * ends the command quietly, and one that accepts no more (a full disk) with an error. Errors of stderr change nothing.
 */
export function createProcessTerminal(): ProcessTerminal {
  const { stdin, stdout, stderr, env } = process;
  const controller = new AbortController();
  let stopped: { readonly exitCode: number; readonly atMs: number } | undefined;
  const stop = (exitCode: number, why: string): void => {
    stopped ??= { exitCode, atMs: performance.now() };
    controller.abort(new Error(why));
  };
  for (const [name, exitCode] of Object.entries(SIGNAL_EXIT_CODES)) {
    process.on(name, () => {
      if (name === 'SIGINT' && stopped !== undefined && performance.now() - stopped.atMs > SAME_CTRL_C_MS) {
        process.exit(stopped.exitCode);
      }
      stop(exitCode, `stopped by ${name}`);
    });
  }
  onNpxEnd(env, () => {
    stop(SIGNAL_EXIT_CODES.SIGTERM, 'npx has ended');
  });
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    controller.abort(READER_GONE.has(error.code) ? OUTPUT_CLOSED : outputError(error));
  });
  stderr.on('error', () => {});
  return {
    terminal: {
      stdin,
      stdout,
      stderr,
      env,
      get cwd() {
        return workingFolder();
      },
      signal: controller.signal,
    },
    end: (exitCode) => {
      process.exitCode = stopped?.exitCode ?? exitCode;
      if ([stdin, stdout, stderr].some(hasHungUp)) endByHangup();
    },
  };
}

/** A closed pipe, and a terminal that has hung up. */
const READER_GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO']);

function outputError(cause: NodeJS.ErrnoException): SessionError {
  const message = `the output cannot be written (${cause.code ?? cause.message}): make room for it, or write it elsewhere`;
  return new SessionError('invalid-request', message, { operation: 'cli', cause });
}

function workingFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'has been deleted' : `cannot be read (${String(code)})`;
    throw new SessionError('invalid-request', `The current folder ${what}. Change to another folder and run again.`, {
      operation: 'cli',
      cause,
    });
  }
}

function hasHungUp({ isTTY, fd }: { readonly isTTY?: boolean; readonly fd?: number }): boolean {
  return isTTY === true && fd !== undefined && !isatty(fd);
}

/** Node resets its terminals when it exits, and aborts with a core dump where one has hung up. A signal ends it without that. */
function endByHangup(): void {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
