import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { lstat, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Logger, Random } from '../contract/ports.ts';
import type { StartForecast, StartProgress } from '../contract/watcher.ts';
import { estimateStart, type StartEstimate } from './start-estimate.ts';
import { isSample, NOTHING, parseStartRecord, withSample, type StartRecord } from './start-record.ts';
import { StartWindow } from './start-window.ts';

/** Where no start is known, the first poll comes this soon, milliseconds: it shows whether starts are short. */
const FIRST_PAUSE_MS = 500;
/** So many configurations have a file; those whose starts are longest ago are forgotten. */
const MOST_FILES = 200;
/** A file that is longer was not written here, bytes. */
const LONGEST_FILE = 4_096;
/**
 * The folder of learned start times: beside the engines of this user, which can be deleted too.
 * @see https://specifications.freedesktop.org/basedir-spec/latest/ (read 2026-11-21): a relative XDG_CACHE_HOME does not count.
 */
export function startTimesFolder({ env, home }: CacheEnvironment): string {
  const cache = env['XDG_CACHE_HOME'];
  return join(cache?.startsWith('/') === true ? cache : join(home, '.cache'), 'anysession', 'start-times');
}

/** What decides how long a start takes. */
export interface StartConfiguration {
  readonly provider: string;
  readonly scope: string;
  readonly size?: string | undefined;
  readonly sparkConf?: Readonly<Record<string, string>> | undefined;
  readonly native?: unknown;
}

/** What decides where this user's cache is. */
export interface CacheEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
}

/** What the memory of starts needs. */
export interface StartTimesPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** How long starts took, by configuration: in memory, and in a folder of the user that all processes share. */
export class StartTimes {
  readonly #ports: StartTimesPorts;
  readonly #folder: string | undefined;
  readonly #histories = new Map<string, StartHistory>();

  /** @param folder - absent: nothing is read or written. */
  constructor(ports: StartTimesPorts, folder?: string) {
    this.#ports = ports;
    this.#folder = folder;
  }

  /** What is known about one configuration. */
  of(configuration: StartConfiguration): StartHistory {
    const name = nameOf(configuration);
    const known = this.#histories.get(name);
    if (known !== undefined) return known;
    const file = this.#folder === undefined ? undefined : new SampleFile(this.#folder, name);
    const history = new StartHistory(file, this.#ports);
    this.#histories.set(name, history);
    // Like the folder, the memory of a process that tries many configurations is bounded.
    const [oldest] = this.#histories.keys();
    if (this.#histories.size > MOST_FILES && oldest !== undefined) this.#histories.delete(oldest);
    return history;
  }
}

/** How long the starts of one configuration took: an even choice of all recent ones. */
export class StartHistory {
  readonly #file: SampleFile | undefined;
  readonly #ports: StartTimesPorts;
  #record: StartRecord = NOTHING;
  #window: StartWindow | undefined;
  #saved: StartRecord = NOTHING;
  #saving: Promise<void> = Promise.resolve();

  constructor(file: SampleFile | undefined, ports: StartTimesPorts) {
    this.#file = file;
    this.#ports = ports;
    // At once, since the first poll is planned with it. A tiny file of this machine takes less than the next call.
    const earlier = file?.read();
    if (earlier !== undefined) this.#keep(earlier);
  }

  /** Notes how long one start took. Resolves when it is written, or cannot be. */
  add(startMs: number): Promise<void> {
    if (!isSample(startMs)) return Promise.resolve();
    const { clock, random } = this.#ports;
    this.#keep(withSample(this.#record, startMs, clock.nowMs(), random));
    // Starts that become ready together are written together.
    this.#saving = this.#saving.then(() => this.#save());
    return this.#saving;
  }

  /** For a start that began at this time of the monotonic clock, milliseconds. */
  forecast(startedMs: number): StartForecast {
    const nextPause = (progress: StartProgress): number | undefined =>
      this.#window === undefined && progress.polls === 0 ? FIRST_PAUSE_MS : this.#window?.nextPause(progress);
    return { startedMs, nextPause };
  }

  /** For people; `undefined` when too little is known. */
  estimate(elapsedMs: number): StartEstimate | undefined {
    return estimateStart(this.#record.samplesMs, elapsedMs);
  }

  #keep(record: StartRecord): void {
    this.#record = record;
    this.#window = record.samplesMs.length === 0 ? undefined : new StartWindow(record.samplesMs);
  }

  async #save(): Promise<void> {
    if (this.#file === undefined || this.#saved === this.#record) return;
    this.#saved = this.#record;
    await this.#file.write(this.#record).catch((error: unknown) => {
      this.#ports.logger.debug(
        { error },
        'learned start times cannot be written; the next process starts without them',
      );
    });
  }
}

/** The file of one configuration, in a folder that only its user can read. */
class SampleFile {
  readonly #folder: string;
  readonly #path: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#path = join(folder, `${name}.json`);
  }

  /** What the file holds; `undefined` if it is missing or damaged. */
  read(): StartRecord | undefined {
    try {
      if (statSync(this.#path).size > LONGEST_FILE) return undefined;
      return parseStartRecord(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      return undefined;
    }
  }

  async write(record: StartRecord): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const folder = await lstat(this.#folder);
    const isOurs = process.getuid === undefined || (folder.uid === process.getuid() && (folder.mode & 0o077) === 0);
    if (!folder.isDirectory() || !isOurs) throw new Error(`${this.#folder} is not a private folder of this user`);
    const draft = `${this.#path}.${randomBytes(6).toString('hex')}`;
    try {
      await writeFile(draft, JSON.stringify(record), { mode: 0o600, flag: 'wx' });
      await rename(draft, this.#path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    await this.#removeOldest();
  }

  async #removeOldest(): Promise<void> {
    const names = await readdir(this.#folder);
    if (names.length <= MOST_FILES) return;
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        return {
          path,
          atMs: await stat(path).then(
            ({ mtimeMs }) => mtimeMs,
            () => 0,
          ),
        };
      }),
    );
    const old = files.sort((a, b) => b.atMs - a.atMs).slice(MOST_FILES);
    for (const { path } of old) await rm(path, { force: true });
  }
}

/** The settings may hold secrets, so only a hash is kept. */
function nameOf({ provider, scope, size, sparkConf = {}, native }: StartConfiguration): string {
  const settings = Object.entries(sparkConf).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([provider, scope, size, settings, textOf(native)]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function textOf(native: unknown): string | undefined {
  try {
    return JSON.stringify(native);
  } catch {
    return undefined;
  }
}
