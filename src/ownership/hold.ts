import type { ClaimFiles } from './claim-files.ts';
import type { Claim, HolderRecord } from './holder-record.ts';

/** The times that a hold writes. */
export interface HoldTimes {
  /** Epoch milliseconds. */
  nowMs(): number;
  /** How long this host has been running, milliseconds. */
  uptimeMs(): number;
}

/** What a record says when nobody holds its session, although the process that wrote it may live. */
const NOBODY = { socket: '', pid: 0 } as const;

/** A session that this process holds: its claim ends when the session has ended, or is kept. */
export class Hold {
  readonly #files: ClaimFiles;
  readonly #onError: (error: unknown) => void;
  readonly #claim: Claim;
  #record: HolderRecord;
  readonly #times: HoldTimes;
  #isOver = false;

  constructor(
    files: ClaimFiles,
    claim: Claim & { readonly record: HolderRecord | undefined },
    onError: (error: unknown) => void,
    times: HoldTimes,
  ) {
    if (claim.record === undefined) throw new TypeError('a hold needs a record');
    this.#files = files;
    this.#claim = claim;
    this.#record = claim.record;
    this.#onError = onError;
    this.#times = times;
  }

  get record(): HolderRecord {
    return this.#record;
  }

  /** The service has accepted the start: from now on only its holder keeps the session. */
  started(sessionId: string): void {
    const { sessionId: known, keptUntilUptimeMs } = this.#record;
    if (known !== sessionId || keptUntilUptimeMs !== undefined)
      this.#replace({ sessionId, keptUntilMs: undefined, keptUntilUptimeMs: undefined });
  }

  /** The session lives on without a holder until a time, epoch milliseconds. */
  keep(keptUntilMs: number): void {
    const keptUntilUptimeMs = this.#times.uptimeMs() + keptUntilMs - this.#times.nowMs();
    const isWritten = this.#replace({ keptUntilMs, keptUntilUptimeMs, ...NOBODY });
    // On a full disk: a record that does not say so would let a sweep end the session when this process has died.
    if (!isWritten) this.release();
    this.#isOver = true;
  }

  /** Leaves a claim of a sweep as it was found, with what the sweep has learned. */
  giveBack(found: HolderRecord, learned: Pick<HolderRecord, 'missingSinceUptimeMs'> = {}): void {
    this.#replace({ ...found, ...learned });
    this.#isOver = true;
  }

  /** The session has ended, or nobody has started it. */
  release(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      this.#files.remove(this.#claim);
    } catch (error) {
      this.#onError(error);
    }
  }

  /**
   * Nobody holds the session any more, and it may live: a sweep or the next start with its key takes it, unless an earlier
   * process has kept it.
   */
  abandon(): void {
    this.#replace(NOBODY);
    this.#isOver = true;
  }

  /** Returns whether the record is written, or need not be. */
  #replace(changes: Partial<HolderRecord>): boolean {
    if (this.#isOver) return true;
    this.#record = { ...this.#record, ...changes };
    try {
      this.#files.replace(this.#claim, this.#record);
      return true;
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }
}
