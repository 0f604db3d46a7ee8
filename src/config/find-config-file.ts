import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SessionError } from '../contract/session-error.ts';

/** The name of a config file without its extension. */
const BASE_NAME = 'anysession.config';

/** The extensions of config files. */
export const CONFIG_EXTENSIONS = ['.yaml', '.yml', '.json', '.ts', '.mjs'] as const;

/**
 * The nearest config file, from a folder upwards to the root of its repository (the folder with `.git`) or, outside a
 * repository, of the file system.
 * @throws SessionError `config-invalid` when there is none, or a folder has more than one.
 */
export function findConfigFile(cwd: string): string {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const names = configFilesIn(folder);
    if (names.length > 1) {
      throw notOne(
        `${folder} has more than one config file: ${names.join(' and ')}. Keep one, or pass the path of one.`,
      );
    }
    if (names[0] !== undefined) return join(folder, names[0]);
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) {
      const range = folder === resolve(cwd) ? cwd : `${cwd} or its parents up to ${folder}`;
      throw notOne(
        `No ${BASE_NAME}{${CONFIG_EXTENSIONS.join(',')}} in ${range}. ` +
          'Create one (`anysession config init`), pass its path, or pass a configuration object.',
      );
    }
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
