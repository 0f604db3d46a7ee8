import { defineCapabilities, type Capabilities } from '../contract/capabilities.ts';
import type { Clock, Random } from '../contract/ports.ts';
import { ScriptedCalculations } from './scripted-calculations.ts';
import { SCRIPTED_CAPABILITIES } from './scripted-capabilities.ts';
import { ScriptedEngine, ScriptedStatements, type ScriptedHost, type ScriptedRequest } from './scripted-engine.ts';
import { ScriptedFaults, ServiceFault, type ScriptedFault } from './scripted-faults.ts';
import { ScriptedOracle, ScriptedWire, type ScriptedCall } from './scripted-wire.ts';
import {
  ScriptedSession,
  type ScriptedSessionRecord,
  type ScriptedStartInput,
  type ScriptedTiming,
} from './scripted-session.ts';
import type { ScriptedListInput, ScriptedServiceOptions } from './scripted-service-options.ts';
import { SeededRandom } from './seeded-random.ts';

/** A list of these need not read the sessions that have ended. */
const LIVE_STATES: ReadonlySet<string> = new Set(['STARTING', 'IDLE', 'RUNNING', 'UNHEALTHY', 'STOPPING']);

/**
 * A small session cloud in memory, driven by its clock: ids, states that take time, idle timeout, lifetime, quota,
 * start tokens, pages, filters, and faults on demand. Any number of providers can use one service.
 */
export class ScriptedService implements ScriptedHost {
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly takesWorkWhileBusy: boolean;
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
  readonly #byToken = new Map<string, ScriptedSession>();
  /** Those that had not ended when they were last read, in the order of their starts. */
  readonly #live = new Set<ScriptedSession>();
  /** The service's time does not jump when the caller's wall clock does. */
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
    this.takesWorkWhileBusy = options.takesWorkWhileBusy ?? false;
    this.#clock = clock;
    this.#random = options.random ?? new SeededRandom();
    this.#timing = { startMs, terminateMs };
    this.#invisibleMs = invisibleMs;
    this.#epochOffsetMs = clock.nowMs() - clock.monotonicMs();
    this.#wire = new ScriptedWire({ service: this, clock, latencyMs });
    this.engine = new ScriptedEngine({ host: this, clock });
    this.calculations = new ScriptedCalculations({ host: this, clock });
    this.oracle = new ScriptedOracle({
      live: () => this.#readLive().map(({ id }) => id),
      runningStatements: () => this.engine.running(),
    });
  }

  /** The service's time, epoch milliseconds. */
  nowMs(): number {
    return this.#clock.monotonicMs() + this.#epochOffsetMs;
  }

  start(input: ScriptedStartInput, request: ScriptedRequest): Promise<ScriptedSessionRecord> {
    const { clientToken } = input;
    return this.request({ operation: 'start', token: clientToken }, request, (fault) => {
      const known = this.#byToken.get(clientToken);
      known?.catchUp(this.nowMs());
      const { idempotency, maxLiveSessions } = this.capabilities;
      if (known !== undefined && idempotency === 'token') return this.#record(known);
      if (known !== undefined)
        throw new ServiceFault('SessionExists', 409, `a session with the name ${clientToken} exists`);
      if (maxLiveSessions !== false && this.oracle.live().length >= maxLiveSessions)
        throw new ServiceFault('QuotaExceeded', 402, `this scope may have ${maxLiveSessions} live sessions`);
      // Where names make starts unique, the caller's name is the id.
      const id = idempotency === 'name' ? clientToken : `ss-${this.#random.hex(12)}`;
      const brokenStart = fault?.kind === 'broken-start' ? fault.reason : undefined;
      const position = this.#sessions.size;
      const session = new ScriptedSession({
        id,
        position,
        input,
        nowMs: this.nowMs(),
        timing: this.#timing,
        brokenStart,
      });
      this.#sessions.set(id, session);
      this.#byToken.set(clientToken, session);
      this.#live.add(session);
      this.oracle.started.push({ sessionId: id, token: clientToken });
      return this.#record(session);
    });
  }

  get(sessionId: string, request: ScriptedRequest): Promise<ScriptedSessionRecord> {
    return this.request({ operation: 'describe', sessionId }, request, () => {
      const session = this.session(sessionId);
      if (!this.#isVisible(session)) throw noSuchSession(sessionId);
      return this.#record(session);
    });
  }

  list(
    input: ScriptedListInput,
    request: ScriptedRequest,
  ): Promise<{ readonly sessions: readonly ScriptedSessionRecord[]; readonly nextPageToken?: string }> {
    return this.request({ operation: 'listPage' }, request, () => {
      if (input.maxResults > this.capabilities.listPageSize)
        throw new ServiceFault('Invalid', 400, 'maxResults is too large');
      const { states, maxResults, pageToken = 0 } = input;
      const all = states?.every((state) => LIVE_STATES.has(state)) === true ? this.#readLive() : this.#all();
      const matching = all.filter(
        (session) => session.position >= Number(pageToken) && this.#isVisible(session) && this.#matches(session, input),
      );
      const sessions = matching.slice(0, maxResults).map((session) => this.#record(session));
      const next = matching[maxResults];
      return next === undefined ? { sessions } : { sessions, nextPageToken: String(next.position) };
    });
  }

  /** Begins the end of a session. Writes find every session at once; only reads can lag behind. */
  stop(sessionId: string, request: ScriptedRequest): Promise<ScriptedSessionRecord> {
    return this.request({ operation: 'terminate', sessionId }, request, () => {
      const session = this.session(sessionId);
      session.stop(this.nowMs(), 'stopped by a caller');
      this.engine.dropEnded();
      return this.#record(session);
    });
  }

  /** Creates a short-lived token for a session that accepts work. */
  createToken(
    operation: 'endpoint' | 'dashboard',
    sessionId: string,
    request: ScriptedRequest,
  ): Promise<{ readonly token: string; readonly expiresAtMs: number }> {
    return this.request({ operation, sessionId }, request, () => {
      const { state } = this.session(sessionId);
      if (state !== 'IDLE' && state !== 'RUNNING') throw new ServiceFault('NotReady', 409, `the session is ${state}`);
      const lifetimeMs = this.capabilities.tokenLifetimeMs || 3_600_000;
      return { token: this.#random.hex(32), expiresAtMs: this.nowMs() + lifetimeMs };
    });
  }

  /** Answers one request: records it, lets it meet its fault, and acts. */
  request<T>(
    call: Pick<ScriptedCall, 'operation' | 'sessionId' | 'token'>,
    request: ScriptedRequest,
    act: (fault: ScriptedFault | undefined) => T,
  ): Promise<T> {
    const fault = call.operation === 'cancel' ? undefined : this.faults.take(call.operation);
    return this.#wire.answer(call, { ...request, fault }, () => act(fault));
  }

  /** One session with all changes that are due: for the engine and for tests that act on the service directly. */
  session(sessionId: string): ScriptedSession {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) throw noSuchSession(sessionId);
    session.catchUp(this.nowMs());
    return session;
  }

  /** Breaks a session: for good, or (`degraded`) so that it still holds something. */
  breakSession(sessionId: string, reason: string, how: 'final' | 'degraded' = 'final'): void {
    this.session(sessionId).breakDown(how === 'final' ? 'BROKEN' : 'UNHEALTHY', this.nowMs(), reason);
    this.engine.dropEnded();
  }

  /** Ends every session at once, as an engine inside a process does when the process closes it. */
  endAll(reason: string): void {
    for (const session of this.#all()) session.end(this.nowMs(), reason);
    this.engine.dropEnded();
  }

  /** Reports another text in place of a session's state, as a newer service might; `undefined` ends that. */
  showState(sessionId: string, word: string | undefined): void {
    this.session(sessionId).shownState = word;
  }

  /** Keeps a session busy as another client does. @returns a function that ends the work. */
  occupy(sessionId: string): () => void {
    this.session(sessionId).changeWork(1, this.nowMs());
    return () => this.session(sessionId).changeWork(-1, this.nowMs());
  }

  #all(): readonly ScriptedSession[] {
    const sessions = [...this.#sessions.values()];
    for (const session of sessions) session.catchUp(this.nowMs());
    return sessions;
  }

  #readLive(): readonly ScriptedSession[] {
    for (const session of this.#live) {
      session.catchUp(this.nowMs());
      if (session.isFinal) this.#live.delete(session);
    }
    return [...this.#live];
  }

  #record(session: ScriptedSession): ScriptedSessionRecord {
    return { ...session.toRecord(), state: this.#shownState(session) };
  }

  #shownState({ state, shownState = state }: ScriptedSession): string {
    return shownState === 'RUNNING' && !this.capabilities.reportsBusy ? 'IDLE' : shownState;
  }

  #matches(session: ScriptedSession, { states, createdAfter, tags = {} }: ScriptedListInput): boolean {
    if (states !== undefined && !states.includes(this.#shownState(session))) return false;
    if (createdAfter !== undefined && session.createdMs / 1000 < createdAfter) return false;
    return Object.entries(tags).every(([name, value]) => session.input.tags[name] === value);
  }

  #isVisible(session: ScriptedSession): boolean {
    return this.nowMs() >= session.createdMs + this.#invisibleMs;
  }
}

function noSuchSession(sessionId: string): ServiceFault {
  return new ServiceFault('NoSuchSession', 404, `there is no session ${JSON.stringify(sessionId)}`);
}
