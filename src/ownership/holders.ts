import { uptime } from 'node:os';
import type { Clock, Logger, Random } from '../contract/ports.ts';
import { sleep } from '../provider-kit/sleep.ts';
import { ClaimFiles, type SessionPlace } from './claim-files.ts';
import { Hold } from './hold.ts';
import type { HostIdentity } from './host-identity.ts';
import { keptForMs, type Claim, type ClaimedSession, type HolderRecord } from './holder-record.ts';
import { HolderSocket, type Liveness } from './holder-socket.ts';
import { removeLeftovers } from './leftovers.ts';
import { ensurePrivateFolder } from './state-folder.ts';

/** How long a start waits for a sweeper that ends the session of its key, and the pause between two checks, milliseconds. */
const SWEEPER_WAIT_MS = 30_000;
const SWEEPER_POLL_MS = 250;

/** A record in doubt, of another host, boot or container, is removed after so long, milliseconds: its session has long ended. */
const DOUBTFUL_RECORD_MS = 30 * 24 * 60 * 60_000;

const NEVER = new AbortController().signal;

/** What the holders need. */
export interface HoldersParts {
  /** The folder of the claims; private to this user. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly identity?: HostIdentity;
  /** How long this host has been running, milliseconds; that of the system by default. */
  readonly uptimeMs?: () => number;
}

/** Who holds a session that is about to be started. */
export type ClaimOutcome =
  /** This process; `before` is the record of an earlier holder that has died. */
  | { readonly kind: 'held'; readonly hold: Hold; readonly before: HolderRecord | undefined }
  /** A process that lives, or perhaps lives; `record` is absent when its file is damaged. */
  | { readonly kind: 'adopted'; readonly liveness: 'living' | 'doubtful'; readonly record: HolderRecord | undefined }
  /** Nobody knows: the folder cannot be used. */
  | { readonly kind: 'unknown' };

/** The sessions that the processes of this user hold on this host. Constructing it does no I/O. */
export class Holders {
  readonly #parts: HoldersParts;
  readonly #files: ClaimFiles;
  readonly #socket: HolderSocket;
  #hasWarned = false;

  constructor(parts: HoldersParts) {
    this.#parts = parts;
    this.#files = new ClaimFiles(parts.folder, parts.random);
    this.#socket = new HolderSocket(parts);
  }

  /** What is known about the holder of a session, before it is claimed. Never rejects. */
  recordOf(place: SessionPlace): HolderRecord | undefined {
    try {
      ensurePrivateFolder(this.#parts.folder);
      return this.#files.current(place)?.record;
    } catch (error) {
      this.#warn(error);
      return undefined;
    }
  }

  /** What {@link recordOf} finds, if its holder lives. */
  async livingRecordOf(place: SessionPlace): Promise<HolderRecord | undefined> {
    const record = this.recordOf(place);
    return record !== undefined && (await this.#socket.liveness(record)) === 'living' ? record : undefined;
  }

  /**
   * Claims an adopted session that nobody holds any more: its holder has died, or its start failed after all. Never rejects.
   * @returns `undefined` while somebody holds or keeps it.
   */
  async reclaim(session: ClaimedSession, sessionId: string): Promise<Hold | undefined> {
    try {
      const current = this.#files.current(session);
      const isFree =
        current === undefined ||
        (keptForMs(current.record ?? {}, this.uptimeMs()) <= 0 && (await this.liveness(current)) === 'dead');
      return isFree ? await this.#take(session, current, 'holder', { sessionId }) : undefined;
    } catch (error) {
      this.#warn(error);
      return undefined;
    }
  }

  /** A session has ended: its record goes, unless a process that lives will see to it. Never rejects. */
  async forget(place: SessionPlace): Promise<void> {
    try {
      const current = this.#files.current(place);
      if (current !== undefined && (await this.liveness(current)) === 'dead') this.#files.remove(current);
    } catch (error) {
      this.#warn(error);
    }
  }

  /** Claims a session before its start. Never rejects: without a folder the session is started all the same. */
  async claim(session: ClaimedSession): Promise<ClaimOutcome> {
    const { clock } = this.#parts;
    const untilMs = clock.monotonicMs() + SWEEPER_WAIT_MS;
    try {
      ensurePrivateFolder(this.#parts.folder);
      for (let isNew = session.key === undefined; ; isNew = false) {
        // Nobody else knows the token of a start without a key.
        const current = isNew ? undefined : this.#files.current(session);
        const liveness = current === undefined ? 'dead' : await this.liveness(current);
        const isSwept = current?.record?.role === 'sweeper' && liveness === 'living';
        if (isSwept && clock.monotonicMs() < untilMs) {
          await sleep(clock, SWEEPER_POLL_MS, NEVER);
          continue;
        }
        if (liveness !== 'dead') return { kind: 'adopted', liveness, record: current?.record };
        const { sessionId, keptUntilMs, keptUntilUptimeMs } = current?.record ?? {};
        const hold = await this.#take(session, current, 'holder', { sessionId, keptUntilMs, keptUntilUptimeMs });
        // Another process was first: try again.
        if (hold !== undefined) return { kind: 'held', hold, before: current?.record };
      }
    } catch (error) {
      this.#warn(error);
      return { kind: 'unknown' };
    }
  }

  /**
   * The claim that counts for each session, of all scopes.
   * @throws Error when the folder is not private to this user.
   */
  claims(): readonly Claim[] {
    ensurePrivateFolder(this.#parts.folder);
    return this.#files.all();
  }

  /** Whether the holder of a claim lives. A damaged claim is doubtful. */
  async liveness({ record }: Claim): Promise<Liveness> {
    return record === undefined ? 'doubtful' : this.#socket.liveness(record);
  }

  /**
   * Claims a session whose holder is dead, in order to end it.
   * @returns `undefined` when the holder lives after all, or another process was first.
   * @throws Error when the folder cannot be written.
   */
  async claimToSweep(claim: Claim): Promise<Hold | undefined> {
    const { record } = claim;
    if (record === undefined || (await this.liveness(claim)) !== 'dead') return undefined;
    return this.#take(record, claim, 'sweeper', record);
  }

  /**
   * Becomes the holder of an adopted session when its holder dies without having ended or kept it.
   * @returns stops that.
   */
  async inherit(record: HolderRecord, onInherited: (hold: Hold) => void): Promise<() => void> {
    const adoption = { isOver: false, stop: () => {} };
    const isOver = (): boolean => adoption.isOver;
    const takeOver = async (): Promise<void> => {
      const current = this.#files.current(record);
      if (adoption.isOver || current?.record === undefined || keptForMs(current.record, this.uptimeMs()) > 0) return;
      if ((await this.liveness(current)) === 'dead') {
        const hold = await this.#take(record, current, 'holder', current.record);
        if (hold !== undefined) {
          if (isOver()) hold.abandon();
          else onInherited(hold);
          return;
        }
      }
      await follow(this.#files.current(record)?.record);
    };
    const follow = async (next: HolderRecord | undefined): Promise<void> => {
      if (next === undefined || adoption.isOver) return;
      const retry = (): void => void takeOver().catch((error: unknown) => this.#warn(error));
      const stop = await this.#socket.onDeath(next, retry);
      if (stop === undefined) retry();
      else if (isOver()) stop();
      else adoption.stop = stop;
    };
    await follow(record);
    return () => {
      adoption.isOver = true;
      adoption.stop();
    };
  }

  /**
   * Removes what killed processes have left in the folder besides claims, and claims that stay in doubt.
   * @throws Error when the folder is not private to this user, or cannot be written.
   */
  async tidy(): Promise<void> {
    const { folder, clock } = this.#parts;
    ensurePrivateFolder(folder);
    let used: ReadonlySet<string | undefined> | undefined;
    await removeLeftovers(folder, {
      nowMs: clock.nowMs(),
      isUsed: (socket) => (used ??= new Set(this.#files.all().map(({ record }) => record?.socket))).has(socket),
      isDead: (socket) => this.#socket.isRefused(socket),
    });
    for (const claim of this.#files.untouchedFor(DOUBTFUL_RECORD_MS, clock.nowMs()))
      if ((await this.liveness(claim)) === 'doubtful') this.#files.remove(claim);
  }

  /** How long this host has been running, milliseconds: no change of the clock moves it. */
  uptimeMs(): number {
    return this.#parts.uptimeMs?.() ?? uptime() * 1_000;
  }

  /** Stops listening. Claims of this process count as dead from now on. */
  close(): void {
    this.#socket.close();
  }

  async #take(
    { token, provider, scope, environment, owner, key, options }: ClaimedSession,
    previous: Claim | undefined,
    role: HolderRecord['role'],
    { sessionId, startedAtMs = this.#parts.clock.nowMs(), keptUntilMs, keptUntilUptimeMs }: Partial<HolderRecord> = {},
  ): Promise<Hold | undefined> {
    // It listens before the record exists, so that a record without a listener means a dead holder.
    const socket = await this.#socket.listen();
    const claimed = { token, provider, scope, environment, owner, key, options };
    const times = { startedAtMs, keptUntilMs, keptUntilUptimeMs };
    const record = { ...claimed, role, sessionId, ...times, socket, pid: process.pid, ...this.#socket.identity };
    const claim = this.#files.create(record, previous);
    if (claim === undefined) return undefined;
    const now = { nowMs: () => this.#parts.clock.nowMs(), uptimeMs: () => this.uptimeMs() };
    return new Hold(this.#files, claim, (error) => this.#warn(error), now);
  }

  #warn(error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#parts.logger.warn(
      { folder: this.#parts.folder, error },
      'cannot record on this host who holds a session: a sweep does not find sessions that a crash leaves, and a second start with a key ' +
        'cannot see the first one; idle timeouts and lifetimes still end them',
    );
  }
}
