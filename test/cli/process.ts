import { spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished, type TestContext } from 'vitest';

const TERMINAL = fileURLToPath(new URL('./fixtures/terminal.py', import.meta.url));

/** The command line, as it is published, as words of a command. `.config/fresh-build.ts` has built it. */
export const PROGRAM = [
  process.execPath,
  fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url)),
] as const;

/** Where and how a process is started. */
export interface ProcessOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly stdio?: StdioOptions;
  /** Gives it a session of its own, without the terminal that the tests may run on. All processes in it are killed in the end. */
  readonly detached?: boolean;
  /** What a concurrent test has in its context. */
  readonly onTestFinished?: TestContext['onTestFinished'];
}

/** A process with what it has written so far. */
export type RunningProcess = ReturnType<typeof run>;

/** Starts a command, and kills it at the end of the test. */
export function run(command: readonly string[], options: ProcessOptions) {
  const { cwd, env = {}, stdio = 'pipe', detached = false, onTestFinished: onFinished = onTestFinished } = options;
  const [program = '', ...words] = command;
  const child = spawn(program, words, { cwd, env: { ...process.env, ANYSESSION_ENV: '', ...env }, stdio, detached });
  onFinished(() => {
    if (detached) killGroup(child.pid);
    else child.kill('SIGKILL');
  });
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (output.stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (output.stderr += chunk));
  // Writing to a process that has ended is no fault of the test.
  child.stdin?.on('error', () => {});
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => ({ code, signal, ...output }));
  return { child, output, ended };
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended.
  }
}

/** Starts a command on a terminal. What is written to its `stdin` is typed; the end of that hangs the terminal up. */
export function runOnTerminal(columns: number, command: readonly string[], options: ProcessOptions) {
  return run(['python3', TERMINAL, String(columns), ...command], options);
}

/** A word that a shell takes as it is. */
export function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}
