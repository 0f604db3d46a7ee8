import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The Spark engines that `anysession engines install` brings and the local provider starts. */
export const INSTALLABLE_ENGINES = ['sail', 'spark'] as const;

/** The name of an engine that can be installed. */
export type InstallableEngine = (typeof INSTALLABLE_ENGINES)[number];

/** One engine in its version, as the name of its folder says it: `sail-0.7.2`. */
export interface EngineRelease {
  readonly engine: InstallableEngine;
  readonly version: string;
}

/** What decides where the engines of a user lie. */
export interface EngineEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
}

/**
 * The folder for what anysession can make again.
 * @see https://specifications.freedesktop.org/basedir-spec/latest/ (read 2026-11-21): a relative XDG_CACHE_HOME does not count.
 */
export function cacheFolder({ env, home }: EngineEnvironment): string {
  const cache = env['XDG_CACHE_HOME'];
  return `${cache?.startsWith('/') === true ? cache : `${home}/.cache`}/anysession`;
}

/** The folder of the engines that a user has installed, each a virtual environment of Python. */
export function enginesFolder(environment: EngineEnvironment): string {
  return `${cacheFolder(environment)}/engines`;
}

/** The name of a release's folder. */
export function engineFolderName({ engine, version }: EngineRelease): string {
  return `${engine}-${version}`;
}

/** The release that a folder's name says, or `undefined` for any other folder, also one that is still being made. */
export function parseEngineFolderName(name: string): EngineRelease | undefined {
  const [, engine, version] = /^([a-z]+)-(\d[\w.]*)$/.exec(name) ?? [];
  const known = INSTALLABLE_ENGINES.find((one) => one === engine);
  return known === undefined || version === undefined ? undefined : { engine: known, version };
}

/** Orders versions by their numbers, so that 4.10 comes behind 4.9. */
export function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

/** The folders of an engine's installed releases, the highest version first. */
export function installedEngines(engine: InstallableEngine, environment: EngineEnvironment): readonly string[] {
  const folder = enginesFolder(environment);
  return entries(folder)
    .map(parseEngineFolderName)
    .filter((release) => release !== undefined)
    .filter((release) => release.engine === engine)
    .sort((one, other) => compareVersions(other.version, one.version))
    .map((release) => join(folder, engineFolderName(release)));
}

/** The path of a program on the PATH. */
export function findOnPath(program: string, { env }: EngineEnvironment): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find(isProgram);
}

/** Whether the file exists and may be executed. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The names in a folder; none when it cannot be read. */
export function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
