import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SessionError } from '../contract/session-error.ts';

/** What a config file's name begins with. */
const BASE_NAME = 'anysession.config';

/** The kinds of files that can hold a configuration. */
export const CONFIG_EXTENSIONS = ['.yaml', '.yml', '.json', '.ts', '.mjs'] as const;

/**
 * The nearest config file, from a folder upwards to the root of its repository (the folder that holds `.git`)
 * or, outside of any, of the file system.
 * @throws SessionError `config-invalid` when there is none, or a folder holds more than one.
 */
export function findConfigFile(cwd: string): string {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const names = configFilesIn(folder);
    if (names.length > 1) {
      throw notOne(
        `${folder} holds more than one config file, ${names.join(' and ')}: keep one of them, or name the file`,
      );
    }
    if (names[0] !== undefined) return join(folder, names[0]);
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) {
      const range = folder === resolve(cwd) ? cwd : `${cwd} or above it up to ${folder}`;
      throw notOne(
        `there is no ${BASE_NAME}{${CONFIG_EXTENSIONS.join(',')}} in ${range}: ` +
          'write one (`anysession config init` does), name the file, or pass the configuration as an object',
      );
    }
  }
}

/** The names of the config files that a folder holds. */
export function configFilesIn(folder: string): readonly string[] {
  return CONFIG_EXTENSIONS.map((extension) => BASE_NAME + extension).filter((name) => existsSync(join(folder, name)));
}

/** A file's name for people: relative to `cwd` where it lies inside, absolute elsewhere. */
export function displayName(file: string, cwd: string): string {
  const path = relative(cwd, file);
  const isInside = path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
  return isInside ? path : file;
}

function notOne(message: string): SessionError {
  return new SessionError('config-invalid', message, { operation: 'loadConfig' });
}
