import { accessSync, constants, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import {
  compareVersions,
  enginesFolder,
  engineFolderName,
  parseEngineFolderName,
  type EngineEnvironment,
  type InstallableEngine,
} from '../../../src/provider-kit/installed-engine.ts';
import { SessionError } from '../../../src/contract/session-error.ts';
import type { EngineServer } from './engine-server.ts';
import { sailServer } from './sail-server.ts';
import { sparkServer, type SparkLimits } from './spark-server.ts';

/** Which engine is wanted, and from where. */
export interface EngineWish extends SparkLimits {
  readonly engine: InstallableEngine;
  /** A virtual environment that must have it; nothing else is looked at then. */
  readonly pythonEnvironment: string | undefined;
}

/** The packages of Python that bring the engines. */
const PACKAGES = { sail: 'pysail', spark: 'pyspark[connect]' } as const;

/** The jar without which a Spark has no Connect server; distributions of 4.0 and later hold it. */
const CONNECT_JAR = /^spark-connect_[\d.]+-(\d.*)\.jar$/;

/**
 * Finds an installed engine: in the virtual environment that is named, and else for Spark in SPARK_HOME, then among those that
 * `anysession engines install` has brought (the highest version), then on the PATH.
 * @throws SessionError `config-invalid` with the command that brings it, where it is nowhere.
 */
export function findEngine(wish: EngineWish, environment: EngineEnvironment): EngineServer {
  const { engine, pythonEnvironment } = wish;
  const found =
    pythonEnvironment === undefined ? find(wish, environment) : inEnvironment(wish, resolve(pythonEnvironment));
  if (found === undefined) throw notInstalled(wish);
  if (engine === 'spark') assertJava(environment);
  return found;
}

function find(wish: EngineWish, environment: EngineEnvironment): EngineServer | undefined {
  const { env } = environment;
  const home = env['SPARK_HOME'];
  const named = wish.engine === 'spark' && home !== undefined && home !== '' ? sparkAt(home, wish) : undefined;
  if (named !== undefined) return named;
  for (const folder of installedFolders(wish.engine, enginesFolder(environment))) {
    const found = inEnvironment(wish, folder);
    if (found !== undefined) return found;
  }
  const program = onPath(wish.engine === 'sail' ? 'sail' : 'spark-submit', env);
  if (program === undefined) return undefined;
  // A virtual environment whose `bin` is on the PATH tells more than the program in it.
  const inProgramsHome = inEnvironment(wish, dirname(dirname(program)));
  if (inProgramsHome !== undefined) return inProgramsHome;
  return wish.engine === 'sail'
    ? sailServer({ launch: [program], version: undefined })
    : sparkAt(dirname(dirname(realpathSync(program))), wish);
}

/** What `anysession engines install` has brought, the highest version first. */
function installedFolders(engine: InstallableEngine, folder: string): readonly string[] {
  return entries(folder)
    .map(parseEngineFolderName)
    .filter((release) => release?.engine === engine)
    .sort((one, other) => compareVersions(other?.version ?? '', one?.version ?? ''))
    .map((release) => join(folder, release === undefined ? '' : engineFolderName(release)));
}

function inEnvironment(wish: EngineWish, folder: string): EngineServer | undefined {
  const python = join(folder, 'bin', 'python');
  if (!isProgram(python)) return undefined;
  const library = join(folder, 'lib');
  for (const name of entries(library).filter((entry) => entry.startsWith('python'))) {
    const packages = join(library, name, 'site-packages');
    if (wish.engine === 'spark') {
      const spark = sparkAt(join(packages, 'pyspark'), wish);
      if (spark !== undefined) return spark;
      continue;
    }
    const [, version] =
      entries(packages)
        .map((entry) => /^pysail-(.+)\.dist-info$/.exec(entry))
        .find(Boolean) ?? [];
    // By its module: the script `sail` names the folder in which it was made, and a folder may have been moved.
    if (version !== undefined) return sailServer({ launch: [python, '-m', 'pysail'], version });
  }
  return undefined;
}

function sparkAt(folder: string, limits: SparkLimits): EngineServer | undefined {
  if (!isProgram(join(folder, 'bin', 'spark-submit'))) return undefined;
  const [, version] =
    entries(join(folder, 'jars'))
      .map((jar) => CONNECT_JAR.exec(jar))
      .find(Boolean) ?? [];
  return version === undefined ? undefined : sparkServer({ folder, version }, limits);
}

/** A missing Java is said before Spark says it in the middle of a script. */
function assertJava({ env }: EngineEnvironment): void {
  const home = env['JAVA_HOME'];
  const isThere =
    home === undefined || home === '' ? onPath('java', env) !== undefined : isProgram(join(home, 'bin', 'java'));
  if (isThere) return;
  throw new SessionError(
    'config-invalid',
    'Apache Spark needs Java 17 or later, and there is none here; install one, or set JAVA_HOME to where it is',
    { operation: 'start' },
  );
}

function onPath(program: string, env: EngineEnvironment['env']): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function notInstalled({ engine, pythonEnvironment }: EngineWish): SessionError {
  const [where, command] =
    pythonEnvironment === undefined
      ? ['on this machine', `anysession engines install ${engine}`]
      : [
          `in ${pythonEnvironment}, the \`pythonEnvironment\` of the options`,
          `${join(pythonEnvironment, 'bin', 'python')} -m pip install '${PACKAGES[engine]}'`,
        ];
  return new SessionError('config-invalid', `the engine ${engine} is not installed ${where}; run: ${command}`, {
    operation: 'start',
  });
}
