import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import {
  compareVersions,
  enginesFolder,
  parseEngineFolderName,
  type EngineEnvironment,
  type InstallableEngine,
} from '../../provider-kit/installed-engine.ts';

/** What each engine is called on the PATH. */
const PROGRAMS = { sail: 'sail', spark: 'spark-submit' } as const;

/** The words that run an engine: the program on the PATH, else the highest version that `anysession engines install` has brought. */
export function engineProgram(
  engine: InstallableEngine,
  environment: EngineEnvironment,
): readonly string[] | undefined {
  const folders = (environment.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = folders.map((folder) => join(folder, PROGRAMS[engine])).find(isProgram);
  if (onPath !== undefined) return [onPath];
  const engines = enginesFolder(environment);
  return entries(engines)
    .map((name) => ({ name, release: parseEngineFolderName(name) }))
    .filter(({ release }) => release?.engine === engine)
    .sort((one, other) => compareVersions(other.release?.version ?? '', one.release?.version ?? ''))
    .map(({ name }) => inEnvironment(engine, join(engines, name)))
    .find((words) => words !== undefined);
}

function inEnvironment(engine: InstallableEngine, folder: string): readonly string[] | undefined {
  if (engine === 'sail') {
    const python = join(folder, 'bin', 'python');
    return isProgram(python) ? [python, '-m', 'pysail'] : undefined;
  }
  const submit = entries(join(folder, 'lib'))
    .map((name) => join(folder, 'lib', name, 'site-packages', 'pyspark', 'bin', PROGRAMS.spark))
    .find(isProgram);
  return submit === undefined ? undefined : [submit];
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
