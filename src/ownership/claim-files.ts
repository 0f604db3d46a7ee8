import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import {
  claimFileName,
  formatRecord,
  LONGEST_RECORD,
  parseClaimFileName,
  parseRecord,
  type Claim,
  type ClaimedSession,
  type HolderRecord,
} from './holder-record.ts';

/** The service's own name of one session's place. */
export type SessionPlace = Pick<ClaimedSession, 'token' | 'provider' | 'scope'>;

/**
 * The files of the claims: one per session and generation, and the highest generation counts. A process becomes the holder by creating the
 * next generation, which succeeds for one process only: so there is no lock that a crash could leave behind. All calls are synchronous:
 * `detach` must have written before the process ends, and a file takes microseconds.
 * Decision 28: docs/decisions/0028-a-claim-is-a-hard-link.md
 */
export class ClaimFiles {
  readonly folder: string;
  readonly #random: { hex(count: number): string };

  constructor(folder: string, random: { hex(count: number): string }) {
    this.folder = folder;
    this.#random = random;
  }

  /** The claim that counts for a session; `undefined` when nobody has claimed it. */
  current(place: SessionPlace): Claim | undefined {
    const files = this.#filesOf(place).sort((one, other) => other.generation - one.generation);
    for (const { file, generation } of files) {
      const claim = readClaim(file, generation);
      if (claim !== undefined) return claim;
    }
    return undefined;
  }

  /** The claim that counts for each session. */
  all(): readonly Claim[] {
    const highest = new Map<string, Claim>();
    for (const { session, generation, file } of this.#files()) {
      const known = highest.get(session);
      if (known === undefined || known.generation < generation)
        highest.set(session, { file, generation, record: undefined });
    }
    return [...highest.values()].flatMap(({ file, generation }) => readClaim(file, generation) ?? []);
  }

  /** The claims whose files nobody has changed for so long, milliseconds; of these alone the records are read. */
  untouchedFor(ageMs: number, nowMs: number): readonly Claim[] {
    return this.#files()
      .filter(({ file }) => nowMs - (changedMs(file) ?? nowMs) > ageMs)
      .flatMap(({ file, generation }) => readClaim(file, generation) ?? []);
  }

  /**
   * Creates the next generation of a claim.
   * @returns `undefined` when another process was first.
   * @throws Error when the folder cannot be written.
   */
  create(record: Omit<HolderRecord, 'v'>, previous: Claim | undefined): Claim | undefined {
    const generation = (previous?.generation ?? 0) + 1;
    const file = join(this.folder, claimFileName(record, generation));
    const temporary = this.#writeTemporary(formatRecord(record));
    try {
      linkSync(temporary, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
      throw error;
    } finally {
      unlinkSync(temporary);
    }
    const claim = { file, generation, record: { v: 1, ...record } } as const;
    // Nobody else knows the token of a start without a key, and reading a large folder takes longer than writing a file.
    if ((record.key !== undefined || previous !== undefined) && this.#hasRival(claim, previous)) {
      this.remove(claim);
      return undefined;
    }
    if (previous !== undefined) this.remove(previous);
    return claim;
  }

  /**
   * Whether another process has claimed the session since `previous` was read: it may have removed its own claim and ours may have its
   * number.
   */
  #hasRival({ record, generation }: Claim & { readonly record: HolderRecord }, previous: Claim | undefined): boolean {
    return this.#filesOf(record).some((other) => {
      if (other.generation === generation) return false;
      if (other.generation > generation) return true;
      const found = readClaim(other.file, other.generation);
      return found !== undefined && !isSameClaim(found, previous);
    });
  }

  #filesOf(place: SessionPlace): ClaimFile[] {
    const beginning = claimFileName(place, 1).replace(/1\.json$/, '');
    return this.#files((name) => name.startsWith(beginning));
  }

  #files(isWanted: (name: string) => boolean = () => true): ClaimFile[] {
    return namesIn(this.folder)
      .filter(isWanted)
      .flatMap((name) => {
        const parsed = parseClaimFileName(name);
        return parsed === undefined ? [] : [{ ...parsed, file: join(this.folder, name) }];
      });
  }

  /** Replaces the record of a claim that this process holds. @throws Error when the folder cannot be written. */
  replace({ file }: Claim, record: HolderRecord): void {
    renameSync(this.#writeTemporary(formatRecord(record)), file);
  }

  /** Removes a claim; one that is gone is removed already. */
  remove({ file }: Claim): void {
    try {
      unlinkSync(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  #writeTemporary(text: string): string {
    const file = join(this.folder, `${this.#random.hex(16)}.tmp`);
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
    return file;
  }
}

interface ClaimFile {
  readonly session: string;
  readonly generation: number;
  readonly file: string;
}

function isSameClaim(one: Claim, other: Claim | undefined): boolean {
  return (
    one.file === other?.file &&
    one.record?.socket === other.record?.socket &&
    one.record?.startedAtMs === other.record?.startedAtMs
  );
}

/** Reads a claim; `undefined` when it is gone, a claim without a record when it is damaged. */
function readClaim(file: string, generation: number): Claim | undefined {
  const text = readPrivateFile(file);
  if (text === 'gone') return undefined;
  const record = text === 'unreadable' ? undefined : parseRecord(text);
  // A copy under another name proves nothing.
  const isItself = record !== undefined && claimFileName(record, generation) === basename(file);
  return { file, generation, record: isItself ? record : undefined };
}

function changedMs(file: string): number | undefined {
  return lstatSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

/** Opens no link, and waits for no writer of a pipe. Windows has neither flag. */
const READ_FLAGS =
  process.platform === 'win32' ? 'r' : constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Reads a regular file of this user; never follows a link, and never more than a record's length. */
function readPrivateFile(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, READ_FLAGS);
    const { size, uid } = fstatSync(file);
    const user = process.getuid?.() ?? uid;
    if (!fstatSync(file).isFile() || uid !== user || size > LONGEST_RECORD) return 'unreadable';
    const buffer = Buffer.alloc(size);
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, size, 0));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : 'unreadable';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
