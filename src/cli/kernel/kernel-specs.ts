import { lstat, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SessionError } from '../../contract/session-error.ts';

/** Names that Jupyter accepts. @see jupyter_client.kernelspec (8.10.0, read 2026-11-30) */
const KERNEL_NAME = /^[A-Za-z0-9._-]+$/;

const SPEC_FILE = 'kernel.json';

/** What a kernel of ours is for, in the `metadata` of its kernel.json. */
export interface KernelTarget {
  readonly environment: string;
  /** The path of the config file. */
  readonly config: string;
  readonly python: string;
}

/** A kernel of ours. */
export interface StoredKernel extends KernelTarget {
  readonly name: string;
  readonly displayName: string;
  readonly folder: string;
}

/** The kernel's entry in Jupyter. @see https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs (read 2026-11-30) */
interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly metadata: { readonly anysession: KernelTarget };
}

/** The folder of a user's kernels. @see https://docs.jupyter.org/en/latest/use/jupyter-directories.html (read 2026-11-30) */
export function kernelsFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const { JUPYTER_DATA_DIR, XDG_DATA_HOME, APPDATA, HOME = homedir() } = env;
  const data = [
    JUPYTER_DATA_DIR,
    platform === 'darwin' ? join(HOME, 'Library', 'Jupyter') : undefined,
    platform === 'win32' && isSet(APPDATA) ? join(APPDATA, 'jupyter') : undefined,
    isSet(XDG_DATA_HOME) ? join(XDG_DATA_HOME, 'jupyter') : undefined,
  ].find(isSet);
  return join(data ?? join(HOME, '.local', 'share', 'jupyter'), 'kernels');
}

/** The kernels in Jupyter's folder of this user. Those that others have added are never changed. */
export class KernelSpecs {
  readonly folder: string;

  constructor(env: NodeJS.ProcessEnv) {
    this.folder = kernelsFolder(env);
  }

  /** The kernels of ours, by name. */
  async list(): Promise<readonly StoredKernel[]> {
    const names = await readdir(this.folder).catch(onMissing<string[]>([]));
    const found = await Promise.all(names.sort().map((name) => this.#read(name)));
    return found.filter((kernel) => typeof kernel === 'object');
  }

  /**
   * Adds a kernel, or replaces the one of the same environment and config file.
   * @throws SessionError `invalid-request` for a name that Jupyter refuses, `conflict` when another kernel has the name.
   */
  async add(name: string, argv: readonly string[], target: KernelTarget, displayName: string): Promise<StoredKernel> {
    assertName(name);
    const folder = join(this.folder, name);
    const present = await this.#read(name);
    if (present === 'of others')
      throw conflict(`The Jupyter kernel "${name}" in ${folder} was not added by anysession`);
    if (present === 'a link') throw conflict(`${folder} is a symbolic link, and nothing is written where it leads`);
    if (present !== undefined && (present.environment !== target.environment || present.config !== target.config)) {
      throw conflict(`The kernel "${name}" is for the environment ${present.environment} of ${present.config}`);
    }
    const spec = {
      argv,
      display_name: displayName,
      language: 'python',
      // Ctrl-C reaches Python alone: the signal would reach it twice through the command.
      interrupt_mode: 'message',
      metadata: { debugger: true, anysession: target },
    };
    const file = join(folder, SPEC_FILE);
    try {
      await mkdir(folder, { recursive: true });
      // Jupyter never sees half of it.
      await writeFile(`${file}.${process.pid}`, `${JSON.stringify(spec, undefined, 1)}\n`);
      await rename(`${file}.${process.pid}`, file);
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      const what = `${file} cannot be written: ${code ?? message}`;
      throw new SessionError('invalid-request', what, {
        operation: 'kernelInstall',
        advice: 'Check the folder, or set JUPYTER_DATA_DIR.',
        cause,
      });
    }
    return { name, displayName, folder, ...target };
  }

  /** Removes a kernel of ours; files that others have put beside it stay. @throws SessionError `not-found`, `conflict`. */
  async remove(name: string): Promise<StoredKernel> {
    assertName(name);
    const present = await this.#read(name);
    if (present === undefined) {
      throw new SessionError('not-found', `There is no kernel "${name}" in ${this.folder}`, {
        operation: 'kernelRemove',
        advice: 'See their names: anysession kernel list',
      });
    }
    if (present === 'of others' || present === 'a link') {
      const why = present === 'a link' ? 'is a symbolic link' : 'was not added by anysession';
      const message = `The Jupyter kernel "${name}" ${why}, and it is left as it is`;
      throw new SessionError('conflict', message, {
        operation: 'kernelRemove',
        advice: `Remove it with: jupyter kernelspec remove ${name}`,
      });
    }
    await rm(join(present.folder, SPEC_FILE));
    await rmdir(present.folder).catch(() => {});
    return present;
  }

  async #read(name: string): Promise<StoredKernel | 'of others' | 'a link' | undefined> {
    const folder = join(this.folder, name);
    try {
      // Where it leads may be the folder of another program or user.
      if ((await lstat(folder).catch(onMissing(undefined)))?.isSymbolicLink() === true) return 'a link';
      const text = await readFile(join(folder, SPEC_FILE), 'utf8').catch(onMissing(undefined));
      // A folder without the file is no kernel. Files in it stay.
      if (text === undefined) return undefined;
      const { display_name: displayName, metadata } = JSON.parse(text) as KernelSpec;
      const { environment, config, python } = metadata.anysession;
      if ([displayName, environment, config, python].some((each) => typeof each !== 'string')) return 'of others';
      return { name, displayName, folder, environment, config, python };
    } catch {
      // A kernel that cannot be read is not ours.
      return 'of others';
    }
  }
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

/** @throws the error, unless it says that the file or folder does not exist. */
function onMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return value;
    throw error;
  };
}

function assertName(name: string): void {
  if (KERNEL_NAME.test(name) && !/^\.+$/.test(name)) return;
  const message = `"${name}" is not a name of a kernel. Use letters, digits, ".", "_" and "-"`;
  throw new SessionError('invalid-request', message, { operation: 'kernelInstall' });
}

function conflict(message: string): SessionError {
  return new SessionError('conflict', message, {
    operation: 'kernelInstall',
    advice: 'Choose another name with --name, or remove that kernel.',
  });
}
