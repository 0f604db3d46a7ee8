import { defineCapabilities, type Capabilities } from '../contract/capabilities.ts';
import type { Clock, Random } from '../contract/ports.ts';
import { ScriptedCalculations } from './scripted-calculations.ts';
import { SCRIPTED_CAPABILITIES } from './scripted-capabilities.ts';
import { ScriptedEngine, type ScriptedEngineHost, type ScriptedRequest } from './scripted-engine.ts';
import { ScriptedFaults, type ScriptedFault } from './scripted-faults.ts';
import { ScriptedOracle, type ScriptedCall } from './scripted-oracle.ts';
import {
  ScriptedSession,
  type ScriptedSessionRecord,
  type ScriptedStartInput,
  type ScriptedTiming,
} from './scripted-session.ts';
import { ScriptedStatements } from './scripted-statements.ts';
import { ScriptedWire } from './scripted-wire.ts';
import { SeededRandom } from './seeded-random.ts';
import { ServiceFault } from './service-fault.ts';

/** How a scripted service behaves; everything but the clock has a default. */
export interface ScriptedServiceOptions {
  readonly clock: Clock;
  /** Where its sessions live; `'scripted-scope'` by default. */
  readonly scope?: string;
  /** What differs from {@link SCRIPTED_CAPABILITIES}; the service then behaves accordingly. */
  readonly capabilities?: Partial<Capabilities>;
  /** How long a session takes to become ready; 3000 by default. */
  readonly startMs?: number;
  /** How long a session takes to end; 2000 by default. */
  readonly terminateMs?: number;
  /** How long every answer takes; 0 by default: no timer at all. */
  readonly latencyMs?: number;
  /** For how long after its start a session is not found by reads; 0 by default. */
  readonly invisibleMs?: number;
  /** Where the ids come from. */
  readonly random?: Random;
}

/** What a listing asks for, in the service's own words. */
export interface ScriptedListInput {
  readonly states?: readonly string[];
  /** Epoch seconds. */
  readonly createdAfter?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly pageToken?: string;
  readonly maxResults: number;
}

/**
 * A small session cloud in memory, as real as its clock: its own ids, states that take time, idle timeout, lifetime,
 * quota, start tokens, pages, filters, and faults on demand. Any number of providers can talk to one service.
 */
export class ScriptedService implements ScriptedEngineHost {
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly faults = new ScriptedFaults();
  readonly statements = new ScriptedStatements();
  readonly oracle: ScriptedOracle;
  readonly engine: ScriptedEngine;
  readonly calculations: ScriptedCalculations;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #wire: ScriptedWire;
  readonly #timing: ScriptedTiming;
  readonly #invisibleMs: number;
  readonly #sessions = new Map<string, ScriptedSession>();
  /** The service's own time does not jump when the caller's wall clock does. */
  readonly #epochOffsetMs: number;

  constructor(options: ScriptedServiceOptions) {
    const {
      clock,
      scope = 'scripted-scope',
      startMs = 3_000,
      terminateMs = 2_000,
      latencyMs = 0,
      invisibleMs = 0,
    } = options;
    this.scope = scope;
    this.capabilities = defineCapabilities({ ...SCRIPTED_CAPABILITIES, ...options.capabilities });
    this.#clock = clock;
    this.#random = options.random ?? new SeededRandom();
    this.#timing = { startMs, terminateMs };
    this.#invisibleMs = invisibleMs;
    this.#epochOffsetMs = clock.nowMs() - clock.monotonicMs();
    this.#wire = new ScriptedWire({ service: this, clock, latencyMs });
    this.engine = new ScriptedEngine({ host: this, clock });
    this.calculations = new ScriptedCalculations({ host: this, clock });
    this.oracle = new ScriptedOracle({
      liveIds: () =>
        this.#all()
          .filter((session) => !session.isFinal)
          .map((session) => session.id),
      runningStatements: () => this.engine.running(),
    });
  }

  /** The service's time, epoch milliseconds. */
  nowMs(): number {
    return this.#clock.monotonicMs() + this.#epochOffsetMs;
  }

  start(input: ScriptedStartInput, request: ScriptedRequest): Promise<ScriptedSessionRecord> {
    const fault = this.faults.take('start');
    const brokenStart = fault?.kind === 'broken-start' ? fault.reason : undefined;
    return this.#wire.answer({ operation: 'start', token: input.clientToken }, { ...request, fault }, () => {
      const known = this.#all().find((session) => session.input.clientToken === input.clientToken);
      if (known !== undefined) {
        if (this.capabilities.idempotency === 'token') return this.#record(known);
        throw new ServiceFault('SessionExists', 409, `a session with the name ${input.clientToken} exists`);
      }
      const limit = this.capabilities.maxLiveSessions;
      if (limit !== false && this.oracle.live().length >= limit) {
        throw new ServiceFault('QuotaExceeded', 402, `this scope may have ${limit} live sessions`);
      }
      // Where the name is what makes a start unique, the caller's name is the id.
      const id = this.capabilities.idempotency === 'name' ? input.clientToken : `ss-${this.#random.hex(12)}`;
      const session = new ScriptedSession({ id, input, nowMs: this.nowMs(), timing: this.#timing, brokenStart });
      this.#sessions.set(id, session);
      this.oracle.started.push({ sessionId: id, token: input.clientToken });
      return this.#record(session);
    });
  }

  get(sessionId: string, request: ScriptedRequest): Promise<ScriptedSessionRecord> {
    return this.#wire.answer(
      { operation: 'describe', sessionId },
      { ...request, fault: this.faults.take('describe') },
      () => this.#record(this.#visible(sessionId)),
    );
  }

  list(
    input: ScriptedListInput,
    request: ScriptedRequest,
  ): Promise<{ readonly sessions: readonly ScriptedSessionRecord[]; readonly nextPageToken?: string }> {
    return this.#wire.answer({ operation: 'listPage' }, { ...request, fault: this.faults.take('listPage') }, () => {
      if (input.maxResults > this.capabilities.listPageSize)
        throw new ServiceFault('Invalid', 400, 'maxResults is too large');
      const fitting = this.#all()
        .map((session, position) => ({ session, position, record: this.#record(session) }))
        .filter(({ session }) => this.#isVisible(session) && (this.capabilities.listsFinal || !session.isFinal))
        .filter(({ record, position }) => fits(record, input) && position >= Number(input.pageToken ?? 0));
      const sessions = fitting.slice(0, input.maxResults).map(({ record }) => record);
      const next = fitting[input.maxResults];
      return next === undefined ? { sessions } : { sessions, nextPageToken: String(next.position) };
    });
  }

  /** Asks for the end of a session. Writes see every session at once; only reads can lag behind. */
  stop(sessionId: string, request: ScriptedRequest): Promise<ScriptedSessionRecord> {
    return this.#wire.answer(
      { operation: 'terminate', sessionId },
      { ...request, fault: this.faults.take('terminate') },
      () => {
        const session = this.session(sessionId);
        session.stop(this.nowMs(), 'stopped by a caller');
        this.engine.dropEnded();
        return this.#record(session);
      },
    );
  }

  /** A short-lived secret for a session that takes work: its host, port and token. */
  openDoor(
    operation: 'endpoint' | 'dashboard',
    sessionId: string,
    request: ScriptedRequest,
  ): Promise<{ readonly token: string; readonly expiresAtMs: number }> {
    return this.#wire.answer({ operation, sessionId }, { ...request, fault: this.faults.take(operation) }, () => {
      const { state } = this.session(sessionId);
      if (state !== 'IDLE' && state !== 'RUNNING') throw new ServiceFault('NotReady', 409, `the session is ${state}`);
      const lifeMs = this.capabilities.tokenLifetimeMs === false ? 3_600_000 : this.capabilities.tokenLifetimeMs;
      return { token: this.#random.hex(32), expiresAtMs: this.nowMs() + lifeMs };
    });
  }

  /** Takes a request about work in a session in the way of all requests. */
  request<T>(
    call: Pick<ScriptedCall, 'operation' | 'sessionId' | 'token'>,
    request: ScriptedRequest,
    act: (fault: ScriptedFault | undefined) => T,
  ): Promise<T> {
    const fault = call.operation === 'cancel' ? undefined : this.faults.take(call.operation);
    return this.#wire.answer(call, { ...request, fault }, () => act(fault));
  }

  /** One session, brought up to now: for the engine and for tests that act behind the caller's back. */
  session(sessionId: string): ScriptedSession {
    const session = this.#sessions.get(sessionId);
    if (session === undefined)
      throw new ServiceFault('NoSuchSession', 404, `there is no session ${JSON.stringify(sessionId)}`);
    session.catchUp(this.nowMs());
    return session;
  }

  /** Breaks a session behind the caller's back: for good, or (`degraded`) so that it still holds something. */
  breakSession(sessionId: string, reason: string, how: 'final' | 'degraded' = 'final'): void {
    this.session(sessionId).breakDown(how === 'final' ? 'BROKEN' : 'UNHEALTHY', this.nowMs(), reason);
    this.engine.dropEnded();
  }

  /** Ends every session at once, as an engine in the process does when the process lets go of it. */
  endAll(reason: string): void {
    for (const session of this.#all()) session.end(this.nowMs(), reason);
    this.engine.dropEnded();
  }

  /** Shows a word of its own in place of a session's state, as a newer service might; `undefined` ends it. */
  showState(sessionId: string, word: string | undefined): void {
    this.session(sessionId).shownState = word;
  }

  /** Keeps a session busy from elsewhere; the result lets go of it. */
  occupy(sessionId: string): () => void {
    this.session(sessionId).changeWork(1, this.nowMs());
    return () => this.session(sessionId).changeWork(-1, this.nowMs());
  }

  #all(): readonly ScriptedSession[] {
    const sessions = [...this.#sessions.values()];
    for (const session of sessions) session.catchUp(this.nowMs());
    return sessions;
  }

  #record(session: ScriptedSession): ScriptedSessionRecord {
    const record = session.toRecord();
    return record.state === 'RUNNING' && !this.capabilities.reportsBusy ? { ...record, state: 'IDLE' } : record;
  }

  #isVisible(session: ScriptedSession): boolean {
    return this.nowMs() >= session.createdMs + this.#invisibleMs;
  }

  #visible(sessionId: string): ScriptedSession {
    const session = this.session(sessionId);
    if (!this.#isVisible(session))
      throw new ServiceFault('NoSuchSession', 404, `there is no session ${JSON.stringify(sessionId)} yet`);
    return session;
  }
}

function fits(record: ScriptedSessionRecord, input: ScriptedListInput): boolean {
  if (input.states !== undefined && !input.states.includes(record.state)) return false;
  if (input.createdAfter !== undefined && record.createdAt < input.createdAfter) return false;
  return Object.entries(input.tags ?? {}).every(([name, value]) => record.tags[name] === value);
}
