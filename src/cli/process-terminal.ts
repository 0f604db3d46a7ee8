import { isatty } from 'node:tty';
import { SessionError } from '../contract/session-error.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';
import { onNpxEnd } from './npx-wrapper.ts';
import { OUTPUT_CLOSED, type Terminal } from './terminal.ts';
import { prematureEnd, uncaughtError } from './uncaught-error.ts';

/** Exit codes of a process that a signal has ended, as shells count them. */
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGQUIT: 131, SIGTERM: 143, SIGHUP: 129 } as const;

/** One Ctrl-C can arrive twice, from the terminal and from npx. */
const SAME_CTRL_C_MS = 500;

/** The process as a terminal. */
export interface ProcessTerminal {
  readonly terminal: Terminal;
  /** Lets the process end, with the exit code of the signal that stopped it or with this one. */
  readonly end: (exitCode: number) => void;
}

/** Writes an error; returns its exit code. */
type Report = (error: SessionError, terminal: Terminal) => number;

/**
 * Joins the command line to the process. The first signal ends what is running in good order; a second Ctrl-C ends the process at
 * once. Only Ctrl-C does: a shell that loses its terminal, and npx, send their signals twice. An error that nobody has caught ends
 * it in the same order. An output that nobody reads any more ends the command quietly, and one that accepts no more (a full disk)
 * with an error. Errors of stderr change nothing.
 * @param report - for an error that comes when the command can no longer fail with it
 */
export function createProcessTerminal(report: Report): ProcessTerminal {
  const { stdin, stdout, stderr, env } = process;
  const controller = new AbortController();
  let phase: 'loading' | 'running' | 'over' = 'running';
  let stopped: { readonly exitCode: number; readonly atMs: number } | undefined;
  let passSignal: ((name: NodeJS.Signals) => void) | undefined;
  const exit = (exitCode: number): never => {
    phase = 'over';
    process.exit(exitCode);
  };
  const stop = (exitCode: number, why: string): void => {
    // Timers of a config file can keep the process alive when there is nothing to end.
    if (phase !== 'running') exit(exitCode);
    stopped ??= { exitCode, atMs: performance.now() };
    controller.abort(new Error(why));
  };
  const onSignal = (name: keyof typeof SIGNAL_EXIT_CODES): void => {
    if (passSignal !== undefined) {
      passSignal(name);
      return;
    }
    if (name === 'SIGINT' && stopped !== undefined && performance.now() - stopped.atMs > SAME_CTRL_C_MS) {
      exit(stopped.exitCode);
    }
    stop(SIGNAL_EXIT_CODES[name], `stopped by ${name}`);
  };
  const listen = (change: 'on' | 'off'): void => {
    for (const name of Object.keys(SIGNAL_EXIT_CODES)) process[change](name, onSignal);
  };
  listen('on');
  onNpxEnd(env, () => {
    stop(SIGNAL_EXIT_CODES.SIGTERM, 'npx has ended');
  });
  const onUncaught = (thrown: unknown): void => {
    const error = uncaughtError(thrown);
    if (phase !== 'running') exit(report(error, terminal));
    controller.abort(error);
  };
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
  process.on('exit', () => {
    if (phase === 'over') return;
    process.exitCode = report(prematureEnd(phase === 'loading', process.exitCode as number | undefined), terminal);
  });
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    controller.abort(READER_GONE.has(error.code) ? OUTPUT_CLOSED : outputError(error));
  });
  stderr.on('error', () => {});
  const terminal: Terminal = {
    stdin,
    stdout,
    stderr,
    env,
    get cwd() {
      return workingFolder();
    },
    signal: controller.signal,
    load: async (code) => {
      if (controller.signal.aborted) throw abortedError('cli', controller.signal);
      phase = 'loading';
      // Code that loops keeps a listener from running. Without one, the system ends the process.
      listen('off');
      try {
        return await code();
      } finally {
        listen('on');
        phase = 'running';
      }
    },
    passSignals: (listener) => {
      passSignal = listener;
      return () => {
        passSignal = undefined;
      };
    },
  };
  return {
    terminal,
    end: (exitCode) => {
      phase = 'over';
      process.exitCode = stopped?.exitCode ?? exitCode;
      if ([stdin, stdout, stderr].some(hasHungUp)) endByHangup();
      else if (stopped !== undefined || SessionError.is(controller.signal.reason)) process.exit();
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
