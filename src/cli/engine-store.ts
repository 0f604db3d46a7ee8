import { mkdtemp, mkdir, readdir, rename, rm } from 'node:fs/promises';
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

  /** Has a release made in a folder that nobody finds, and gives it its name when it is whole; what was begun is removed otherwise. */
  async add(release: EngineRelease, make: (folder: string) => Promise<void>): Promise<StoredEngine> {
    const folder = this.folderOf(release);
    const unfinished = await this.#hidden(release);
    try {
      await make(unfinished);
      await takeName(unfinished, folder);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    return { ...release, folder };
  }

  /** Removes a release; from the first moment nobody finds half of it. */
  async remove(release: EngineRelease): Promise<void> {
    const hidden = await this.#hidden(release);
    await rename(this.folderOf(release), join(hidden, 'removed'));
    await rm(hidden, { recursive: true, force: true });
  }

  async #hidden(release: EngineRelease): Promise<string> {
    await mkdir(this.folder, { recursive: true });
    return mkdtemp(join(this.folder, `.${engineFolderName(release)}-`));
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
