/**
 * `npm run test:engines [-- FILES]`: runs the tests of this folder against Sail and Apache Spark, which pip brings.
 *
 * Where packages can be had, a test that did not run is a failure; where none can be had it says "NOT RUN" and ends with 0.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { preparePython, type PythonEnvironment } from '../oracles/python-environment.ts';
import { connectJar } from './connect-jar.ts';
import { HOME_VARIABLES } from './engine-homes.ts';

const current = await preparePython(here('requirements.txt'));
const older = current.kind === 'ready' ? await preparePython(here('requirements-3.5.txt')) : current;
if (current.kind === 'ready' && older.kind === 'ready') process.exitCode = await runTests(current.python, older.python);
else notRun(current.kind === 'ready' ? older : current);

async function runTests(python: string, python35: string): Promise<number> {
  const jar = await connectJar(python35);
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
