import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pythonFor } from './engine-homes.ts';
import type { EngineServer } from './engine-server.ts';

/** What PySpark says to one statement. */
export interface PySparkAnswer {
  readonly name: string;
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly unknown[])[];
  readonly error?: string;
}

/** Runs statements with PySpark on a server, one after the other in one session; `url` is another way to it than straight. */
export async function askPySpark(
  { engine, port }: EngineServer,
  statements: readonly { readonly name: string; readonly sql: string }[],
  url = `sc://127.0.0.1:${port}`,
): Promise<ReadonlyMap<string, PySparkAnswer>> {
  const script = fileURLToPath(new URL('pyspark_answers.py', import.meta.url));
  const child = spawn(pythonFor(engine), [script, url], {
    env: { ...process.env, TZ: 'UTC', PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 200_000,
  });
  let output = '';
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  child.stdin.end(JSON.stringify(statements.map(({ name, sql }) => ({ name, sql }))));
  const [code] = (await once(child, 'close')) as [number | null];
  const answers = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as PySparkAnswer);
  if (code !== 0 || answers.length !== statements.length) {
    throw new Error(`PySpark ended with ${code} after ${answers.length} answers\n${complaint.slice(-4000)}`);
  }
  return new Map(answers.map((answer) => [answer.name, answer]));
}
