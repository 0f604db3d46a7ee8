import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  compareVersions,
  engineFolderName,
  enginesFolder,
  parseEngineFolderName,
  type EngineRelease,
} from '../provider-kit/installed-engine.ts';

/** An engine that is installed, and where. */
export interface StoredEngine extends EngineRelease {
  readonly folder: string;
}

/** Where a release is made. */
export interface UnfinishedEngine {
  /** The folder that gets the release's name. */
  readonly folder: string;
  /** A folder for temporary files. */
  readonly temporary: string;
}

/** Removes a folder when standard input ends: at our command, or when this process is killed. Programs that are being killed may still write to it. */
const REMOVER = 'while read -r _; do :; done; for try in 1 2 3 4 5; do rm -rf "$1" && exit; sleep 1; done';

/** The engines that a user has installed. What has its name is whole: it is made and unmade beside it, under another one. */
export class EngineStore {
  readonly folder: string;

  constructor(env: NodeJS.ProcessEnv) {
    this.folder = enginesFolder({ env, home: env['HOME'] ?? homedir() });
  }

  /** Where a release is, or would be. */
  folderOf(release: EngineRelease): string {
    return join(this.folder, engineFolderName(release));
  }

  /** All that is installed, by name and version. */
  async list(): Promise<readonly StoredEngine[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names
      .flatMap((name) => parseEngineFolderName(name) ?? [])
      .map((release) => ({ ...release, folder: this.folderOf(release) }))
      .sort((one, other) => one.engine.localeCompare(other.engine) || compareVersions(one.version, other.version));
  }

  /**
   * Has a release made in a folder that nobody finds, and gives it its name when it is whole. What was begun is removed otherwise, also
   * when this process is killed.
   */
  async add(release: EngineRelease, make: (unfinished: UnfinishedEngine) => Promise<void>): Promise<StoredEngine> {
    const folder = this.folderOf(release);
    await using hidden = await this.#hidden(release);
    const unfinished = { folder: join(hidden.path, 'engine'), temporary: join(hidden.path, 'temporary') };
    await mkdir(unfinished.temporary);
    await make(unfinished);
    await moveLaunchers(unfinished.folder, folder);
    await takeName(unfinished.folder, folder);
    return { ...release, folder };
  }

  /** Removes a release; from the first moment nobody finds half of it. */
  async remove(release: EngineRelease): Promise<void> {
    await using hidden = await this.#hidden(release);
    await rename(this.folderOf(release), join(hidden.path, 'removed'));
  }

  /** A folder that ends with its block, or with this process. */
  async #hidden(release: EngineRelease): Promise<{ readonly path: string } & AsyncDisposable> {
    await mkdir(this.folder, { recursive: true });
    const path = await mkdtemp(join(this.folder, `.${engineFolderName(release)}-`));
    const remover = spawn('/bin/sh', ['-c', REMOVER, 'anysession-remove', path], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const removed = once(remover, 'close');
    return {
      path,
      async [Symbol.asyncDispose]() {
        remover.stdin.destroy();
        await removed;
      },
    };
  }
}

/** The programs and scripts of a virtual environment contain the path of its folder, in their first line at least. */
async function moveLaunchers(from: string, to: string): Promise<void> {
  const programs = join(from, 'bin');
  for (const entry of await readdir(programs, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(programs, entry.name);
    const text = await readFile(file, 'latin1');
    if (text.includes(from)) await writeFile(file, text.replaceAll(from, to), 'latin1');
  }
}

/** Gives a folder its name. Where somebody else was faster, theirs is as good. */
async function takeName(unfinished: string, folder: string): Promise<void> {
  try {
    await rename(unfinished, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}
