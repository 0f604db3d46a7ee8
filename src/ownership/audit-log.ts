import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../contract/ports.ts';
import { DecisionMemory } from './decision-memory.ts';
import type { SweepDecision } from './sweep-decision.ts';
import { ensurePrivateFolder } from './state-folder.ts';

/** The size at which a new file begins, bytes: some 40,000 decisions. The one before it stays. */
export const AUDIT_FILE_BYTES = 16 * 1024 ** 2;

/** One line of the log. */
export interface AuditEntry extends SweepDecision {
  readonly environment: string;
  readonly provider: string;
  readonly scope: string;
  readonly dryRun: boolean;
}

/** Where the log is. */
export interface AuditLogParts {
  readonly folder: string;
  readonly logger: Logger;
  readonly maxBytes?: number;
}

/**
 * The decisions of all sweeps of this user on this host, one JSON line each, in `audit.jsonl`; the older file is `audit.1.jsonl`.
 * Many processes append at once: each line is one write at the end of the file.
 */
export class AuditLog {
  readonly #path: string;
  readonly #older: string;
  readonly #parts: AuditLogParts;
  readonly #memory = new DecisionMemory();
  #hasWarned = false;

  constructor(parts: AuditLogParts) {
    this.#parts = parts;
    this.#path = join(parts.folder, 'audit.jsonl');
    this.#older = join(parts.folder, 'audit.1.jsonl');
  }

  /** Appends a decision. A session that is left again for the same reason is not repeated by this process. */
  append(entry: AuditEntry): void {
    if (!this.#memory.isNew(entry)) return;
    const { decidedAtMs, createdAtMs, error, handle, ...rest } = entry;
    const line = {
      time: new Date(decidedAtMs).toISOString(),
      by: `pid ${process.pid} on ${hostname()}`,
      ...rest,
      ...(handle && { session: handle.id }),
      ...(createdAtMs !== undefined && { created: new Date(createdAtMs).toISOString() }),
      ...(error && { error: { kind: error.kind, message: error.message } }),
    };
    try {
      this.#write(`${JSON.stringify(line)}\n`);
    } catch (error) {
      if (this.#hasWarned) return;
      this.#hasWarned = true;
      this.#parts.logger.warn({ error }, `the audit log ${this.#path} cannot be written; sweeps continue without it`);
    }
  }

  #write(line: string): void {
    ensurePrivateFolder(this.#parts.folder);
    const file = openToAppend(this.#path);
    let bytes: number;
    try {
      writeSync(file, line);
      bytes = fstatSync(file).size;
    } finally {
      closeSync(file);
    }
    if (bytes >= (this.#parts.maxBytes ?? AUDIT_FILE_BYTES)) this.#rotate();
  }

  /**
   * Takes the file away, and makes it the older one if it is the full one. Of several processes that do so at once, one may take
   * the file that another has just begun: then its lines go back.
   */
  #rotate(): void {
    const taken = `${this.#path}.${process.pid}`;
    try {
      renameSync(this.#path, taken);
    } catch {
      return;
    }
    if (statSync(taken).size >= (this.#parts.maxBytes ?? AUDIT_FILE_BYTES)) {
      renameSync(taken, this.#older);
      return;
    }
    try {
      linkSync(taken, this.#path);
    } catch {
      const file = openToAppend(this.#path);
      writeSync(file, readFileSync(taken));
      closeSync(file);
    }
    unlinkSync(taken);
  }
}

/** Follows no link, and waits for no reader of a pipe. Windows has neither flag. */
const APPEND_FLAGS =
  process.platform === 'win32'
    ? 'a'
    : constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function openToAppend(path: string): number {
  const file = openSync(path, APPEND_FLAGS, 0o600);
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new Error(`${path} is not a regular file`);
}
