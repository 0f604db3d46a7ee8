/** The options of every request: SDKs stop when the signal aborts. */
export interface RequestOptions {
  readonly signal: AbortSignal;
}

/** What the service is asked to start, in its own names and units. */
export interface CreateSessionInput {
  readonly requestId: string;
  readonly description: string;
  readonly idleMinutes: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** A session in the service's answers. Values from outside may be missing or new: `state` is a string, not a union. */
export interface SessionRecord {
  readonly sessionId: string;
  readonly state: string;
  readonly stateMessage?: string;
  readonly description: string;
  /** RFC 3339. */
  readonly createTime: string;
  readonly stateTime: string;
  readonly idleMinutes: number;
  readonly labels: Readonly<Record<string, string>>;
}

interface StoredSession {
  readonly id: string;
  readonly input: CreateSessionInput;
  readonly createdMs: number;
  stoppedMs: number | undefined;
}

const START_MS = 4_000;
const STOP_MS = 2_000;

/**
 * Replaces the package of a vendor, so that this package runs: a cloud that has only session records and a clock.
 * Delete it when `client.ts` loads the real package; a copy of it in `test/` is a good start for the emulator of your service.
 */
export class ImaginaryCloud {
  readonly #sessions: StoredSession[] = [];
  readonly #nowMs: () => number;
  readonly #place: string;

  constructor(place: { readonly project: string; readonly region: string }, nowMs: () => number = Date.now) {
    this.#place = `${place.project}-${place.region}`;
    this.#nowMs = nowMs;
  }

  async createSession(input: CreateSessionInput, { signal }: RequestOptions): Promise<SessionRecord> {
    signal.throwIfAborted();
    const known = this.#sessions.find((session) => session.input.requestId === input.requestId);
    if (known !== undefined) return this.#record(known);
    const id = `${this.#place}-${this.#sessions.length + 1}`;
    const created = { id, input, createdMs: this.#nowMs(), stoppedMs: undefined };
    this.#sessions.push(created);
    return this.#record(created);
  }

  async getSession(sessionId: string, { signal }: RequestOptions): Promise<SessionRecord> {
    signal.throwIfAborted();
    return this.#record(this.#find(sessionId));
  }

  async listSessions(
    input: { readonly pageSize: number; readonly pageToken?: string },
    { signal }: RequestOptions,
  ): Promise<{ readonly sessions: readonly SessionRecord[]; readonly nextPageToken?: string }> {
    signal.throwIfAborted();
    const from = Number(input.pageToken ?? 0);
    const to = from + input.pageSize;
    const sessions = this.#sessions.slice(from, to).map((session) => this.#record(session));
    return to < this.#sessions.length ? { sessions, nextPageToken: String(to) } : { sessions };
  }

  async deleteSession(sessionId: string, { signal }: RequestOptions): Promise<SessionRecord> {
    signal.throwIfAborted();
    const session = this.#find(sessionId);
    session.stoppedMs = Math.min(this.#stopMs(session), this.#nowMs());
    return this.#record(session);
  }

  #find(sessionId: string): StoredSession {
    const session = this.#sessions.find(({ id }) => id === sessionId);
    if (session !== undefined) return session;
    throw Object.assign(new Error(`no session ${sessionId}`), { code: 'NotFound', status: 404 });
  }

  /** When the session was stopped, or its idle timeout ends it. */
  #stopMs({ input, createdMs, stoppedMs }: StoredSession): number {
    return stoppedMs ?? createdMs + START_MS + input.idleMinutes * 60_000;
  }

  #record(session: StoredSession): SessionRecord {
    const { id: sessionId, createdMs, input } = session;
    const stopMs = this.#stopMs(session);
    const entered = [
      ['PENDING', createdMs],
      ['ACTIVE', createdMs + START_MS],
      ['STOPPING', stopMs],
      ['STOPPED', stopMs + STOP_MS],
    ] as const;
    // A session that is stopped while it starts never becomes active.
    const reached = entered.filter(([state, atMs]) => atMs <= this.#nowMs() && (state !== 'ACTIVE' || atMs < stopMs));
    const [state, stateMs] = reached.at(-1) ?? entered[0];
    const { description, idleMinutes, labels } = input;
    const [createTime, stateTime] = [createdMs, stateMs].map((ms) => new Date(ms).toISOString()) as [string, string];
    return { sessionId, state, description, createTime, stateTime, idleMinutes, labels };
  }
}
