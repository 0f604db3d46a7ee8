import { chmodSync, existsSync, lstatSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, win32 } from 'node:path';

/** What decides where this user's state lies. */
export interface StateEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/** The environment of this process. */
export function processState(): StateEnvironment {
  return { env: process.env, home: homedir(), platform: process.platform };
}

/**
 * The folder for what anysession remembers about this user on this host.
 * @see https://specifications.freedesktop.org/basedir-spec/latest/ (read 2026-11-21): a relative XDG_STATE_HOME does not count.
 */
export function stateFolder({ env, home, platform }: StateEnvironment = processState()): string {
  if (platform === 'win32')
    return win32.join(env['LOCALAPPDATA'] ?? win32.join(home, 'AppData', 'Local'), 'anysession');
  const state = env['XDG_STATE_HOME'];
  return join(state?.startsWith('/') === true ? state : join(home, '.local', 'state'), 'anysession');
}

/**
 * Creates a folder that only this user can enter, or checks that the existing one is so.
 * @throws Error when it cannot be created, belongs to another user or is a link: its content may be forged.
 */
export function ensurePrivateFolder(path: string): void {
  makeFolder(path);
  const found = lstatSync(path);
  if (!found.isDirectory()) throw new Error(`"${path}" is not a folder. Remove it.`);
  // Windows has no mode bits; the profile of a user is private there.
  const user = process.getuid?.();
  if (user === undefined) return;
  if (found.uid !== user)
    throw new Error(`the folder "${path}" belongs to user ${found.uid}, and this process runs as user ${user}`);
  if ((found.mode & 0o077) === 0) return;
  chmodSync(path, 0o700);
  if ((lstatSync(path).mode & 0o077) !== 0) throw new Error(`other users can open the folder "${path}"`);
}

/** Node.js has this as an option, which never returns where a file system answers ENOENT for a folder that it does not allow. */
function makeFolder(path: string): void {
  try {
    makeOneFolder(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const parent = dirname(path);
    // Another process may have made the parent since.
    if (!existsSync(parent)) makeFolder(parent);
    makeOneFolder(path);
  }
}

function makeOneFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
