import type { Readable, Writable } from 'node:stream';

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
