import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestContext } from 'vitest';
import { run } from '../cli/process.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { MatrixRow } from './matrix.ts';

/** What a program prints. */
export interface ProgramLine {
  readonly rows?: readonly (readonly number[])[];
  readonly count?: number;
  readonly sha256?: string;
  readonly error?: string;
}

/** A program that has ended. */
export interface EndedProgram {
  readonly code: unknown;
  readonly lines: readonly ProgramLine[];
  /** When it printed its error, epoch milliseconds. */
  readonly failedAtMs: number | undefined;
  readonly stderr: string;
}

/** What a program does: see `programs/report.py`. */
export interface ProgramTask {
  readonly mode: 'job' | 'read';
  readonly sql: string;
  /** How the client finds its session. */
  readonly env: Readonly<Record<string, string>>;
}

/** Runs the program of a client, which is killed when the test ends before it. */
export async function runProgram(
  command: readonly string[],
  { mode, sql, env: place }: ProgramTask,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
): Promise<EndedProgram> {
  const cwd = temporaryFolder(onTestFinished);
  const env = { ...place, HOME: cwd, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' };
  const { child, output, ended } = run([...command, mode, sql], { cwd, onTestFinished, detached: true, env });
  let failedAtMs: number | undefined;
  child.stdout?.on('data', () => {
    if (output.stdout.includes('"error": ')) failedAtMs ??= Date.now();
  });
  const { code, stdout, stderr } = await ended;
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  return { code, lines: lines.map((line) => JSON.parse(line) as ProgramLine), failedAtMs, stderr: stderr.slice(-2000) };
}

/**
 * The command of a row's program. One in Java is compiled into `folder`.
 * @param runner - the Python of the client, or its class path
 */
export async function programCommand({ program }: MatrixRow, runner: string, folder: string): Promise<string[]> {
  const path = fileURLToPath(new URL(`programs/${program}`, import.meta.url));
  if (program.endsWith('.py')) return [runner, path];
  await promisify(execFile)('javac', ['-cp', runner, '-d', folder, path]);
  // Arrow reads the memory of buffers.
  const opened = '--add-opens=java.base/java.nio=ALL-UNNAMED';
  return ['java', opened, '-cp', `${folder}:${runner}`, program.replace(/\.java$/, '')];
}
