import { realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  entries,
  findOnPath,
  installedEngines,
  isProgram,
  type EngineEnvironment,
  type InstallableEngine,
} from '../../../src/provider-kit/installed-engine.ts';
import { SessionError } from '../../../src/contract/session-error.ts';
import type { EngineServer } from './engine-server.ts';
import { sailServer } from './sail-server.ts';
import { sparkServer, type SparkLimits } from './spark-server.ts';

/** Which engine to find, and where. */
export interface EngineSelection extends SparkLimits {
  readonly engine: InstallableEngine;
  /** The only virtual environment to search; `undefined` for all places. */
  readonly pythonEnvironment: string | undefined;
}

/** The Python packages of the engines. */
const PACKAGES = { sail: 'pysail', spark: 'pyspark[connect]' } as const;

/** The jar of the Connect server, which distributions from 4.0 on contain. */
const CONNECT_JAR = /^spark-connect_[\d.]+-(\d.*)\.jar$/;

/**
 * Finds an installed engine: in the given virtual environment; otherwise for Spark in SPARK_HOME, then among the engines of
 * `anysession engines install` (highest version first), then on the PATH.
 * @throws SessionError `config-invalid` with the install command when it is not installed.
 */
export function findEngine(selection: EngineSelection, environment: EngineEnvironment): EngineServer {
  const { engine, pythonEnvironment } = selection;
  const found =
    pythonEnvironment === undefined
      ? find(selection, environment)
      : inEnvironment(selection, resolve(pythonEnvironment));
  if (found === undefined) throw notInstalled(selection);
  if (engine === 'spark') assertJava(environment);
  return found;
}

function find(selection: EngineSelection, environment: EngineEnvironment): EngineServer | undefined {
  const isSpark = selection.engine === 'spark';
  const home = environment.env['SPARK_HOME'] ?? '';
  const named = isSpark && home !== '' ? sparkAt(home, selection) : undefined;
  if (named !== undefined) return named;
  for (const folder of installedEngines(selection.engine, environment)) {
    const found = inEnvironment(selection, folder);
    if (found !== undefined) return found;
  }
  const program = findOnPath(isSpark ? 'spark-submit' : 'sail', environment);
  if (program === undefined) return undefined;
  // When the program is in a virtual environment, the environment also has the version.
  const inItsEnvironment = inEnvironment(selection, dirname(dirname(program)));
  if (inItsEnvironment !== undefined) return inItsEnvironment;
  return isSpark
    ? sparkAt(dirname(dirname(realpathSync(program))), selection)
    : sailServer({ launch: [program], version: undefined });
}

function inEnvironment(selection: EngineSelection, folder: string): EngineServer | undefined {
  const python = join(folder, 'bin', 'python');
  if (!isProgram(python)) return undefined;
  const library = join(folder, 'lib');
  for (const name of entries(library).filter((entry) => entry.startsWith('python'))) {
    const packages = join(library, name, 'site-packages');
    const version = versionIn(packages, /^pysail-(.+)\.dist-info$/);
    // As a module: the script `sail` contains the path of its first folder, which may have been moved.
    const sail = version === undefined ? undefined : sailServer({ launch: [python, '-m', 'pysail'], version });
    const found = selection.engine === 'spark' ? sparkAt(join(packages, 'pyspark'), selection) : sail;
    if (found !== undefined) return found;
  }
  return undefined;
}

function sparkAt(folder: string, limits: SparkLimits): EngineServer | undefined {
  if (!isProgram(join(folder, 'bin', 'spark-submit'))) return undefined;
  const version = versionIn(join(folder, 'jars'), CONNECT_JAR);
  return version === undefined ? undefined : sparkServer({ folder, version }, limits);
}

/** The first group of the first entry that matches. */
function versionIn(folder: string, pattern: RegExp): string | undefined {
  return entries(folder).flatMap((entry) => pattern.exec(entry)?.[1] ?? [])[0];
}

/** Without this check Spark would fail inside a shell script. */
function assertJava(environment: EngineEnvironment): void {
  const home = environment.env['JAVA_HOME'] ?? '';
  if (home === '' ? findOnPath('java', environment) !== undefined : isProgram(join(home, 'bin', 'java'))) return;
  const message = 'Apache Spark needs Java 17 or later, which was not found. Install it, or set JAVA_HOME';
  throw new SessionError('config-invalid', message, { operation: 'start' });
}

function notInstalled({ engine, pythonEnvironment }: EngineSelection): SessionError {
  const [where, command] =
    pythonEnvironment === undefined
      ? ['on this machine', `anysession engines install ${engine}`]
      : [
          `in the \`pythonEnvironment\` ${pythonEnvironment}`,
          `${join(pythonEnvironment, 'bin', 'python')} -m pip install '${PACKAGES[engine]}'`,
        ];
  const message = `the engine ${engine} is not installed ${where}. Run: ${command}`;
  return new SessionError('config-invalid', message, { operation: 'start' });
}
