import { ServiceFault } from './scripted-faults.ts';

/** The native states of a scripted service. */
export type ScriptedState = 'STARTING' | 'IDLE' | 'RUNNING' | 'UNHEALTHY' | 'STOPPING' | 'STOPPED' | 'BROKEN';

/** The request of a start; durations are in minutes, as with real services. */
export interface ScriptedStartInput {
  readonly clientToken: string;
  readonly description: string;
  readonly name?: string;
  readonly idleTimeoutMinutes: number;
  readonly maxLifetimeMinutes?: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A session as a scripted service reports it; times are in epoch seconds, with fractions. */
export interface ScriptedSessionRecord extends Omit<ScriptedStartInput, 'clientToken'> {
  readonly sessionId: string;
  /** A {@link ScriptedState}, or a text that a test has put there. */
  readonly state: string;
  readonly stateReason?: string;
  readonly stateSince: number;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly idleSince?: number;
  readonly history: readonly { readonly state: string; readonly since: number; readonly reason?: string }[];
}

/** How long the changes of a scripted session take, milliseconds. */
export interface ScriptedTiming {
  readonly startMs: number;
  readonly terminateMs: number;
}

interface Change {
  readonly atMs: number;
  readonly state: ScriptedState;
  readonly reason?: string;
}

const MINUTE_MS = 60_000;

/**
 * The life of one session inside a scripted service. It needs no timers: each access passes the time,
 * and first makes every change that is due by then, at the time when it was due.
 */
export class ScriptedSession {
  readonly id: string;
  /** Its place in lists. */
  readonly position: number;
  readonly input: ScriptedStartInput;
  readonly createdMs: number;
  readonly #timing: ScriptedTiming;
  readonly #brokenStart: string | undefined;
  readonly #changes: Change[];
  #startedMs: number | undefined;
  #idleSinceMs: number | undefined;
  #work = 0;
  /** A text to report in place of the state, for states that no table knows. */
  shownState: string | undefined;

  constructor(options: {
    readonly id: string;
    readonly position: number;
    readonly input: ScriptedStartInput;
    readonly nowMs: number;
    readonly timing: ScriptedTiming;
    readonly brokenStart: string | undefined;
  }) {
    this.id = options.id;
    this.position = options.position;
    this.input = options.input;
    this.createdMs = options.nowMs;
    this.#timing = options.timing;
    this.#brokenStart = options.brokenStart;
    this.#changes = [{ atMs: options.nowMs, state: 'STARTING' }];
  }

  get state(): ScriptedState {
    return this.#last.state;
  }

  /** Whether the session holds nothing. */
  get isFinal(): boolean {
    return this.state === 'STOPPED' || this.state === 'BROKEN';
  }

  /** When the session must end at the latest, epoch milliseconds. */
  get lifetimeEndsMs(): number {
    return this.createdMs + (this.input.maxLifetimeMinutes ?? Number.POSITIVE_INFINITY) * MINUTE_MS;
  }

  /** Makes every change that is due. */
  catchUp(nowMs: number): void {
    for (let due = this.#nextChange(); due !== undefined && due.atMs <= nowMs; due = this.#nextChange())
      this.#enter(due);
  }

  /** Adds or removes work; a session with work is RUNNING. */
  changeWork(by: 1 | -1, nowMs: number): void {
    this.#work += by;
    if (this.state === 'IDLE' && this.#work > 0) this.#enter({ atMs: nowMs, state: 'RUNNING' });
    else if (this.state === 'RUNNING' && this.#work === 0) this.#enter({ atMs: nowMs, state: 'IDLE' });
  }

  /** Begins the end; does nothing when it has begun. */
  stop(nowMs: number, reason: string): void {
    if (this.isFinal || this.state === 'STOPPING') return;
    this.#enter({ atMs: nowMs, state: 'STOPPING', reason });
    this.catchUp(nowMs);
  }

  /** Ends without shutting down first. */
  end(nowMs: number, reason: string): void {
    if (!this.isFinal) this.#enter({ atMs: nowMs, state: 'STOPPED', reason });
  }

  /** Breaks the session: for good (BROKEN), or so that it still holds something (UNHEALTHY). */
  breakDown(state: 'BROKEN' | 'UNHEALTHY', nowMs: number, reason: string): void {
    if (!this.isFinal) this.#enter({ atMs: nowMs, state, reason });
  }

  /** The fault with which a session that accepts no work refuses it. */
  refusal(): ServiceFault {
    const hasEnded = this.isFinal || this.state === 'STOPPING';
    return new ServiceFault(hasEnded ? 'SessionEnded' : 'NotReady', 409, `the session is ${this.state}`);
  }

  toRecord(): ScriptedSessionRecord {
    const { clientToken: _hidden, ...shown } = this.input;
    const { atMs, reason } = this.#last;
    return {
      ...shown,
      sessionId: this.id,
      state: this.shownState ?? this.state,
      ...(reason !== undefined && { stateReason: reason }),
      stateSince: atMs / 1000,
      createdAt: this.createdMs / 1000,
      ...(this.#startedMs !== undefined && { startedAt: this.#startedMs / 1000 }),
      ...(this.isFinal && { endedAt: atMs / 1000 }),
      ...(this.#idleSinceMs !== undefined && { idleSince: this.#idleSinceMs / 1000 }),
      history: this.#changes.map(({ atMs: since, ...change }) => ({ ...change, since: since / 1000 })),
    };
  }

  get #last(): Change {
    const last = this.#changes.at(-1);
    if (last === undefined) throw new Error('a session begins with a change');
    return last;
  }

  #nextChange(): Change | undefined {
    const { state, atMs } = this.#last;
    const lifetimeEnd = { atMs: this.lifetimeEndsMs, state: 'STOPPING', reason: 'maximum lifetime reached' } as const;
    switch (state) {
      case 'STARTING': {
        const startedMs = this.createdMs + this.#timing.startMs;
        if (this.#brokenStart !== undefined) return { atMs: startedMs, state: 'BROKEN', reason: this.#brokenStart };
        return { atMs: startedMs, state: 'IDLE' };
      }
      case 'IDLE': {
        const idleEndMs = (this.#idleSinceMs ?? atMs) + this.input.idleTimeoutMinutes * MINUTE_MS;
        if (lifetimeEnd.atMs <= idleEndMs) return lifetimeEnd;
        return { atMs: idleEndMs, state: 'STOPPING', reason: 'idle timeout reached' };
      }
      case 'RUNNING':
      case 'UNHEALTHY':
        return lifetimeEnd;
      case 'STOPPING':
        return { atMs: atMs + this.#timing.terminateMs, state: 'STOPPED' };
      case 'STOPPED':
      case 'BROKEN':
        return undefined;
    }
  }

  #enter(change: Change): void {
    // The reason of an end is reported after the end too.
    const reason = change.reason ?? (change.state === 'STOPPED' ? this.#last.reason : undefined);
    this.#changes.push({ ...change, ...(reason !== undefined && { reason }) });
    this.#idleSinceMs = change.state === 'IDLE' ? change.atMs : undefined;
    if (change.state === 'IDLE') this.#startedMs ??= change.atMs;
  }
}
