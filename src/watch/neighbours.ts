import { randomBytes } from 'node:crypto';
import { readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallClass, Clock } from '../contract/ports.ts';

/** Calls per second by class. */
export type CallRates = Readonly<Record<CallClass, number>>;

/** The other processes of this host that call the same scope. */
export interface Neighbours {
  /** Publishes how many calls this process needs and returns what each other one needs, calls per second. */
  exchange(own: CallRates): readonly CallRates[];
  /** Withdraws what {@link exchange} published. */
  leave(): void;
}

/** A process that has published nothing for this long has ended, milliseconds: processes publish about once a second. */
const FRESH_MS = 5_000;
/** Files of ended processes are removed after this long, milliseconds: a clock that is set back makes living ones look old. */
const REMOVED_AFTER_MS = 60_000;

/** What {@link FolderNeighbours} needs. */
export interface FolderNeighboursOptions {
  /** Creates the folder where necessary and returns its path. */
  readonly folder: () => string;
  readonly clock: Clock;
}

const NAME = /^(?<id>[0-9a-f]{16})\.(?<atMs>\d{1,16})\.(?<reads>\d{1,9})\.(?<writes>\d{1,9})$/;

/** Those that the end of the process withdraws. */
const present = new Set<FolderNeighbours>();

/**
 * Publishes by the name of an empty file, which holds everything: one rename and one listing a second, and no damaged content.
 * Calls of the file system are synchronous: the folder is local and tiny, and a call that waits for its turn needs the answer.
 */
export class FolderNeighbours implements Neighbours {
  readonly #options: FolderNeighboursOptions;
  /** Not from the random port: sharing must not change what a seed gives. */
  readonly #id = randomBytes(8).toString('hex');
  #published: { readonly folder: string; readonly name: string } | undefined;

  constructor(options: FolderNeighboursOptions) {
    this.#options = options;
  }

  exchange(own: CallRates): readonly CallRates[] {
    try {
      return this.#exchange(own);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      // Somebody has removed the folder, or a process whose clock differs took the file of this one for an old one.
      this.#published = undefined;
      return this.#exchange(own);
    }
  }

  #exchange(own: CallRates): readonly CallRates[] {
    const nowMs = this.#options.clock.nowMs();
    const folder = this.#published?.folder ?? this.#options.folder();
    this.#publish(folder, [this.#id, Math.floor(nowMs), toHundredths(own.reads), toHundredths(own.writes)].join('.'));
    const others: CallRates[] = [];
    for (const name of readdirSync(folder)) {
      const { id, atMs, reads, writes } = NAME.exec(name)?.groups ?? {};
      if (id === undefined || id === this.#id) continue;
      const ageMs = Math.abs(nowMs - Number(atMs));
      if (ageMs <= FRESH_MS) others.push({ reads: Number(reads) / 100, writes: Number(writes) / 100 });
      else if (ageMs > REMOVED_AFTER_MS) remove(join(folder, name));
    }
    return others;
  }

  leave(): void {
    present.delete(this);
    if (present.size === 0) process.off('exit', leaveAll);
    if (this.#published !== undefined) remove(join(this.#published.folder, this.#published.name));
    this.#published = undefined;
  }

  #publish(folder: string, name: string): void {
    const last = this.#published;
    if (last !== undefined) renameSync(join(folder, last.name), join(folder, name));
    else {
      writeFileSync(join(folder, name), '', { flag: 'wx', mode: 0o600 });
      if (present.size === 0) process.on('exit', leaveAll);
      present.add(this);
    }
    this.#published = { folder, name };
  }
}

function leaveAll(): void {
  for (const neighbours of [...present]) neighbours.leave();
}

function toHundredths(rate: number): number {
  return Math.min(999_999_999, Math.ceil(rate * 100));
}

/** A file that is left over expires, so a failure changes nothing. */
function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    return;
  }
}
