import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SessionError } from '../contract/session-error.ts';

/** The name of a config file without its extension. */
const BASE_NAME = 'anysession.config';

/** The extensions of config files that run. */
export const CODE_EXTENSIONS: readonly string[] = ['.ts', '.mjs'];

/** The extensions of config files. */
export const CONFIG_EXTENSIONS = ['.yaml', '.yml', '.json', '.ts', '.mjs'] as const;

/**
 * The nearest config file, from a folder upwards to the root of its repository (the folder with `.git`) or to the home
 * folder, and outside of both to the root of the file system. What is above belongs to other users or other work.
 * @throws SessionError `config-invalid` when there is none, or a folder has more than one.
 */
export function findConfigFile(cwd: string, home = homedir()): string {
  const { file, top } = searchConfigFile(cwd, home);
  if (file !== undefined) return file;
  const range = top === resolve(cwd) ? cwd : `${cwd} or its parents up to ${top}`;
  throw notOne(
    `No ${BASE_NAME}{${CONFIG_EXTENSIONS.join(',')}} in ${range}. ` +
      'Create one (`anysession config init`), pass its path, or pass a configuration object. ' +
      'Without a file, pass a provider: openSessions({ provider: local() }), or --provider on the command line.',
  );
}

/** Whether {@link findConfigFile} would find a file. @throws SessionError `config-invalid` when a folder has more than one. */
export function hasConfigFile(cwd: string): boolean {
  return searchConfigFile(cwd, homedir()).file !== undefined;
}

/** The nearest config file, and the last folder that was searched. */
function searchConfigFile(cwd: string, home: string): { readonly file?: string; readonly top: string } {
  const tops = [resolve(home), realPath(home)];
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const names = configFilesIn(folder);
    if (names.length > 1) {
      throw notOne(
        `${folder} has more than one config file: ${names.join(' and ')}. Keep one, or pass the path of one.`,
      );
    }
    if (names[0] !== undefined) return { file: join(folder, names[0]), top: folder };
    if (existsSync(join(folder, '.git')) || tops.includes(folder) || dirname(folder) === folder) return { top: folder };
  }
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/** The names of the config files in a folder. */
export function configFilesIn(folder: string): readonly string[] {
  return CONFIG_EXTENSIONS.map((extension) => BASE_NAME + extension).filter((name) => existsSync(join(folder, name)));
}

/** A file's name in messages: relative to `cwd` when it is inside, absolute otherwise. */
export function displayName(file: string, cwd: string): string {
  const path = relative(cwd, file);
  const isInside = path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
  return isInside ? path : file;
}

function notOne(message: string): SessionError {
  return new SessionError('config-invalid', message, { operation: 'loadConfig' });
}
