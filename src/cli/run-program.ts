import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How much of what a program wrote is kept for an error, in lines. */
const KEPT_LINES = 40;

/** What a program is run with. */
export interface ProgramEnvironment {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Hears each line that the program writes. */
  readonly onLine?: (line: string) => void;
}

/** How a program ended. */
export type ProgramEnd =
  | { readonly kind: 'ended'; readonly code: number | null; readonly lines: readonly string[] }
  /** It could not even be started; `code` is the system's, such as `ENOENT`. */
  | { readonly kind: 'not-started'; readonly code: string };

/** Runs another program to its end, or until the signal aborts; never throws. */
export function runProgram(
  [program, ...words]: readonly [string, ...string[]],
  { env, signal, onLine }: ProgramEnvironment,
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const lines: string[] = [];
    const child = spawn(program, words, { env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (lines.push(line) > KEPT_LINES) lines.shift();
        onLine?.(line);
      });
    }
    // An abort is an error here too; it kills the child, whose end follows.
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) resolve({ kind: 'not-started', code: String(error.code) });
    });
    child.once('close', (code) => {
      resolve({ kind: 'ended', code, lines });
    });
  });
}
