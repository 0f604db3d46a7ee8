import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Holds the config file that the programs find from their working directory. */
const PROGRAMS = fileURLToPath(new URL('programs/', import.meta.url));

/** Milliseconds from the spawn of a fresh `node` on a program, named relative to `bench/programs/`, to its end. */
export async function msToExit(program: string, ...args: readonly string[]): Promise<number> {
  return (await runFresh(program, args)).exitMs;
}

/** Milliseconds from the spawn of a fresh `node` on a program to the first thing it prints. */
export async function msToFirstLine(program: string, ...args: readonly string[]): Promise<number> {
  return (await runFresh(program, args)).firstLineMs;
}

async function runFresh(program: string, args: readonly string[]): Promise<{ firstLineMs: number; exitMs: number }> {
  const env: NodeJS.ProcessEnv = { ...process.env, ANYSESSION_ENV: undefined, NODE_OPTIONS: undefined };
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--no-warnings', program, ...args], {
    cwd: PROGRAMS,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let firstLineMs = Number.NaN;
  child.stdout.on('data', () => {
    if (Number.isNaN(firstLineMs)) firstLineMs = performance.now() - startedAt;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code === null ? 'a signal' : `exit code ${code}`}`);
  return { firstLineMs, exitMs: performance.now() - startedAt };
}
