/**
 * `npm run test:clients [-- FILES]`: runs the Spark clients of others, which pip and Maven bring, through the proxy.
 * `CLIENTS=all` runs all of them, `CLIENTS=adbc,dbt` some; both write their rows of `results.json`, from which docs/guide/clients.md is
 * generated.
 *
 * A client that was not installed is reported as "NOT RUN", and is a failure where packages are available.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectJar } from '../engines/connect-jar.ts';
import { HOME_VARIABLES } from '../engines/engine-homes.ts';
import { preparePython } from '../oracles/python-environment.ts';
import { CLIENTS, CLIENTS_VARIABLE, DEFAULT_CLIENTS } from './clients.ts';
import { mavenClassPath } from './maven-client.ts';
import { RECIPES } from './recipes/recipes.ts';
import { MATRIX, RESULTS_VARIABLE } from './matrix.ts';

const { CLIENTS: wanted = '' } = process.env;
const names = wanted === 'all' ? Object.keys(CLIENTS) : wanted === '' ? DEFAULT_CLIENTS : wanted.split(',');
const unknown = names.filter((name) => !Object.hasOwn(CLIENTS, name));
if (unknown.length > 0) throw new Error(`CLIENTS: ${unknown.join(', ')} is none of ${Object.keys(CLIENTS).join(', ')}`);

/** What runs each client: its Python, or its class path. */
const runners: Record<string, string> = {};
const notRun: { readonly line: string; readonly isFailure: boolean }[] = [];

/** Returns the class path of a client from Maven, or reports why there is none. */
async function prepareFromMaven(name: string, pom: string): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'anysession-maven-'));
  const found = await mavenClassPath(fileURLToPath(new URL(pom, import.meta.url)), folder);
  rmSync(folder, { recursive: true });
  if ('classPath' in found) return found.classPath;
  notRun.push({ line: `clients: ${name} NOT RUN, ${found.reason}`, isFailure: false });
  return undefined;
}

/** Returns the Python with these packages, or reports why there is none. */
async function prepare(name: string, requirements: string): Promise<string | undefined> {
  const environment = await preparePython(fileURLToPath(new URL(requirements, import.meta.url)));
  if (environment.kind === 'ready') return environment.python;
  const line = `clients: ${name} NOT RUN, ${environment.reason}`;
  notRun.push({ line, isFailure: environment.kind === 'broken' });
  return undefined;
}

const server = await prepare('all of them, for want of Sail,', '../engines/requirements.txt');
if (server !== undefined) {
  for (const name of names) {
    const { [name]: requirements = '' } = CLIENTS;
    const runner = await (requirements.endsWith('.xml') ? prepareFromMaven : prepare)(name, requirements);
    if (runner !== undefined) runners[name] = runner;
  }
  if (wanted === 'all') await prepareRecipes();
  process.exitCode = await runTests(server);
}
for (const { line } of notRun) process.stdout.write(`${line}\n`);
if (notRun.some(({ isFailure }) => isFailure)) process.exitCode ||= 1;

async function prepareRecipes(): Promise<void> {
  for (const [name, { requirements }] of Object.entries(RECIPES)) {
    const python = await prepare(name, requirements);
    if (python !== undefined) runners[name] = python;
  }
}

async function runTests(sail: string): Promise<number> {
  const [vitest = '', config = ''] = ['../../node_modules/vitest/vitest.mjs', '../../.config/clients.config.ts'].map(
    (path) => fileURLToPath(new URL(path, import.meta.url)),
  );
  const env = {
    ...process.env,
    [CLIENTS_VARIABLE]: JSON.stringify(runners),
    [HOME_VARIABLES.python]: sail,
    ...(await spark35()),
    ...(wanted !== '' && { [RESULTS_VARIABLE]: fileURLToPath(new URL('results.json', import.meta.url)) }),
  };
  const words = [vitest, 'run', '--config', config, ...process.argv.slice(2)];
  const child = spawn(process.execPath, words, { stdio: 'inherit', env });
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

/** The server of Spark 3.5, where a client runs on it. */
async function spark35(): Promise<Readonly<Record<string, string>>> {
  const isWanted =
    wanted !== '' && MATRIX.some(({ client, engine }) => engine === 'spark-3.5' && names.includes(client));
  const python = isWanted ? await prepare('Spark 3.5', '../engines/requirements-3.5.txt') : undefined;
  const jar = python === undefined ? undefined : await connectJar(python);
  return python === undefined || jar === undefined
    ? {}
    : { [HOME_VARIABLES.python35]: python, [HOME_VARIABLES.jar35]: jar };
}
