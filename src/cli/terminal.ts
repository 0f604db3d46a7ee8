import { fstatSync, statSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { RequestObserver } from '../contract/ports.ts';
import { printableLines, toJsonText } from './printable.ts';
import { repeatChoice } from './repeated-choice.ts';

/** What the command line needs of the process it runs in; tests give their own. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly columns?: number; readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly fd?: number };
  readonly env: NodeJS.ProcessEnv;
  /** The working folder. @throws SessionError `invalid-request` when it has been deleted. */
  readonly cwd: string;
  /** Aborts when the person, or whatever reads the output, wants no more. */
  readonly signal: AbortSignal;
  /** The options by which the command line chose its environment: commands that it prints repeat them. */
  readonly choice?: string;
  /** `--quiet`: writes results, warnings and errors, and nothing else. */
  readonly isQuiet?: boolean;
  /** Runs the code of a config file, when there is nothing to end yet: a signal ends the process at once. */
  readonly load: <T>(code: () => Promise<T>) => Promise<T>;
  /** Passes signals to the listener, and ends nothing by them, until the returned function is called. */
  readonly passSignals: (listener: (name: NodeJS.Signals) => void) => () => void;
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
  /** `--provider`: what to use instead of a config file. */
  readonly provider?: string | undefined;
  /** `--set`: options of that provider. */
  readonly set?: Readonly<Record<string, string>> | undefined;
  /** `--json`: output for programs. */
  readonly json: boolean;
  /** `--verbose`: each call of the service goes to stderr, with its duration. */
  readonly verbose?: boolean | undefined;
  /** `--dry-run`: stops requests that would change something. */
  readonly dryRun?: RequestObserver;
}

/** The same terminal with other members. The rest is read when it is used: the working folder may be deleted. */
export function terminalWith(terminal: Terminal, members: Partial<Terminal>): Terminal {
  return Object.create(terminal, Object.getOwnPropertyDescriptors(members)) as Terminal;
}

/** Writes a result. */
export function print(terminal: Terminal, text: string): Promise<void> {
  return printAsIs(terminal, printableLines(text));
}

/** Writes a result as JSON. */
export function printJson(terminal: Terminal, value: unknown, indent?: number): Promise<void> {
  return printAsIs(terminal, `${toJsonText(value, indent)}\n`);
}

/** Writes text that holds no control characters, or must keep them, or bytes; waits where its reader is slower than we are. */
export async function printAsIs({ stdout, signal }: Terminal, text: string | Uint8Array): Promise<void> {
  if (signal.aborted || stdout.write(text)) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      stdout.off('drain', go);
      signal.removeEventListener('abort', go);
      resolve();
    };
    stdout.on('drain', go);
    signal.addEventListener('abort', go);
  });
}

/** Writes to stderr what a person or a log must have. */
export function warn({ stderr }: Terminal, text: string): void {
  stderr.write(printableLines(text));
}

/**
 * Writes to stderr what must not be lost.
 * @throws the error of the write, also where stderr is the null device, which Node.js opens when it is closed.
 */
export async function deliver({ stderr }: Terminal, text: string): Promise<void> {
  if (stderr.fd !== undefined && isNullDevice(stderr.fd)) throw new Error(`stderr is closed or ${devNull}`);
  await new Promise<void>((resolve, reject) => {
    stderr.write(printableLines(text), (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

function isNullDevice(fd: number): boolean {
  try {
    const [{ rdev, ino, dev }, discard] = [fstatSync(fd), statSync(devNull)];
    return rdev === discard.rdev && ino === discard.ino && dev === discard.dev;
  } catch {
    return false;
  }
}

/** How many characters a line of the output may have; `undefined` where it is not known, which some terminals report as 0. */
export function columnsOf({ stdout }: Terminal): number | undefined {
  return stdout.columns === 0 ? undefined : stdout.columns;
}

/** Says something behind a result, for a person only. */
export function note(terminal: Terminal, text: string): void {
  if (terminal.stderr.isTTY === true && terminal.isQuiet !== true)
    warn(terminal, `${repeatChoice(text, terminal.choice)}\n`);
}
