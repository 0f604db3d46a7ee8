import type { Readable, Writable } from 'node:stream';
import { SessionError } from '../contract/session-error.ts';

/** What the command line needs of the process it runs in; tests give their own. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Aborts when the person, or whatever reads the output, wants no more. */
  readonly signal: AbortSignal;
}

/** The signal's reason when whatever reads the output has gone (`… | head`). */
export const OUTPUT_CLOSED = Symbol('the output was closed');

/** What every command is run with. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** `--config`: a file's path. */
  readonly config: string | undefined;
  /** `--env`: an environment's name. */
  readonly environment: string | undefined;
  /** `--json`: output for programs. */
  readonly json: boolean;
}

/** Writes a result, and waits where its reader is slower than we are. */
export async function print(terminal: Terminal, text: string): Promise<void> {
  if (terminal.signal.aborted || terminal.stdout.write(text)) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      terminal.stdout.off('drain', go);
      terminal.signal.removeEventListener('abort', go);
      resolve();
    };
    terminal.stdout.on('drain', go);
    terminal.signal.addEventListener('abort', go);
  });
}

const CLEAR_LINE = '\r\u001B[K';

/** One line on stderr that says what is going on; nothing at all where no person looks at it. */
export class StatusLine {
  readonly #terminal: Terminal;
  #shown = false;
  #ended = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(text: string): void {
    if (this.#ended || this.#terminal.stderr.isTTY !== true) return;
    this.#terminal.stderr.write(`${CLEAR_LINE}${text}`);
    this.#shown = true;
  }

  /** Removes the line, because results and errors follow on the same screen. */
  end(): void {
    if (this.#shown) this.#terminal.stderr.write(CLEAR_LINE);
    this.#shown = false;
    this.#ended = true;
  }
}

/** Says something behind a result, for a person only. */
export function note(terminal: Terminal, text: string): void {
  if (terminal.stderr.isTTY === true) terminal.stderr.write(`${text}\n`);
}

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
