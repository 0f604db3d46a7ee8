/**
 * `npm run test:engines [-- FILES]`: runs the tests of this folder against Sail and Apache Spark, which pip brings.
 *
 * Where packages can be had, a test that did not run is a failure; where none can be had it says "NOT RUN" and ends with 0.
 */
import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { preparePython, type PythonEnvironment } from '../oracles/python-environment.ts';
import { HOME_VARIABLES } from './engine-homes.ts';

/** Versions of this jar resolve for a few releases of 3.5 only; it has to be that of the wheel. */
const CONNECT_JAR = { artifact: 'org.apache.spark:spark-connect_2.12:3.5.7', file: 'spark-connect_2.12-3.5.7.jar' };
const JAR_TIMEOUT_MS = 3 * 60_000;

const current = await preparePython(here('requirements.txt'));
const older = current.kind === 'ready' ? await preparePython(here('requirements-3.5.txt')) : current;
if (current.kind === 'ready' && older.kind === 'ready') process.exitCode = await runTests(current.python, older.python);
else notRun(current.kind === 'ready' ? older : current);

async function runTests(python: string, python35: string): Promise<number> {
  const jar = await connectJar(join(dirname(dirname(python35)), 'jars')).catch((error: unknown) => {
    say(`engines: Spark 3.5 NOT RUN, Maven does not bring ${CONNECT_JAR.artifact}: ${String(error).split('\n')[0]}`);
    return undefined;
  });
  const homes = {
    [HOME_VARIABLES.python]: python,
    [HOME_VARIABLES.python35]: python35,
    ...(jar !== undefined && { [HOME_VARIABLES.jar35]: jar }),
  };
  const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
  const config = fileURLToPath(new URL('../../.config/engines.config.ts', import.meta.url));
  const words = [vitest, 'run', '--config', config, ...process.argv.slice(2)];
  const child = spawn(process.execPath, words, { stdio: 'inherit', env: { ...process.env, ...homes } });
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

/** The Connect server of Spark 3.5, from Maven or from an earlier run. */
async function connectJar(folder: string): Promise<string> {
  const jar = join(folder, CONNECT_JAR.file);
  if (!existsSync(jar)) {
    const words = ['-q', 'dependency:copy', `-Dartifact=${CONNECT_JAR.artifact}`, `-DoutputDirectory=${folder}`];
    await promisify(execFile)('mvn', words, { timeout: JAR_TIMEOUT_MS });
  }
  return jar;
}

function notRun(environment: Exclude<PythonEnvironment, { readonly kind: 'ready' }> | PythonEnvironment): void {
  if (environment.kind === 'ready') return;
  say(`engines: NOT RUN, ${environment.reason}`);
  process.exitCode = environment.kind === 'absent' ? 0 : 1;
}

function here(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
