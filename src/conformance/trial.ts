import { randomUUID } from 'node:crypto';
import type { Capabilities } from '../contract/capabilities.ts';
import type { ErrorKind } from '../contract/error-kinds.ts';
import type { Observation } from '../contract/observation.ts';
import type { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { ListFilter, SessionPage, SessionProvider } from '../contract/session-provider.ts';
import type { CallContext } from '../contract/call-context.ts';
import type { StartRequest } from '../contract/start-request.ts';
import type { CodeSamples } from './code-samples.ts';
import { CaseBlocked, check } from './conformance-case.ts';
import { expectError, outcomeOf, said, type Outcome } from './outcome.ts';
import type { SqlSamples } from './sql-samples.ts';
import type { ConformanceFixture, ConformanceOracle, ConformanceSubject, InjectedFault } from './subject.ts';

const DEFAULT_PATIENCE_MS = 1_000;
const DEFAULT_LIMIT_MS = 600_000;
/** More pages than any case can fill. */
const MOST_PAGES = 100;

/** One case at work: a fresh service, a provider over it, and the few moves of which all cases are made. */
export class Trial {
  readonly subject: ConformanceSubject;
  readonly provider: SessionProvider;
  readonly capabilities: Capabilities;
  readonly oracle: ConformanceOracle;
  /** Everything that the provider has shown, in order. */
  readonly observations: Observation[] = [];
  /** What the report tells beside the outcome. */
  readonly notes: string[] = [];
  readonly #fixture: ConformanceFixture;

  constructor(subject: ConformanceSubject, fixture: ConformanceFixture) {
    this.subject = subject;
    this.#fixture = fixture;
    this.provider = fixture.createProvider();
    this.capabilities = subject.capabilities;
    this.oracle = fixture.oracle;
  }

  get unknownHandle(): SessionHandle {
    return { v: 1, provider: this.provider.id, scope: this.provider.scope, id: this.#fixture.unknownSessionId };
  }

  get patienceMs(): number {
    return this.subject.patienceMs ?? DEFAULT_PATIENCE_MS;
  }

  get nowMs(): number {
    return this.#fixture.time.clock.nowMs();
  }

  /** The clock on which deadlines stand, milliseconds. */
  get monotonicMs(): number {
    return this.#fixture.time.clock.monotonicMs();
  }

  /** The samples in the subject's dialect. */
  get sql(): SqlSamples {
    const { sql, name } = this.subject;
    if (sql === undefined) throw new Error(`the subject '${name}' runs SQL and must say which (its member 'sql')`);
    return sql;
  }

  /** Blocks of code in the subject's language. */
  get code(): CodeSamples {
    const { code, name } = this.subject;
    if (code === undefined)
      throw new Error(`the subject '${name}' runs calculations and must say which (its member 'code')`);
    return code;
  }

  /** Another provider object over the same service. */
  createProvider(): SessionProvider {
    return this.#fixture.createProvider();
  }

  /** The context of one call, without end and without abort unless said otherwise. */
  call(overrides: Partial<CallContext> = {}): CallContext {
    return { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, attempt: 1, ...overrides };
  }

  /** A request under a token of its own. */
  request(overrides: Partial<StartRequest> = {}): StartRequest {
    return {
      owner: 'conformance-kit',
      token: `kit-${randomUUID()}`,
      idleTimeoutMs: this.capabilities.idleTimeoutMs.default,
      labels: {},
      ...this.#fixture.startOptions,
      ...overrides,
    };
  }

  /** Gives the outcome of a call, and lets time go by as far as the call needs it. */
  settle<T>(promise: Promise<T>): Promise<T> {
    return this.#fixture.time.settle(promise);
  }

  pass(ms: number): Promise<void> {
    return this.#fixture.time.pass(ms);
  }

  async inject(fault: InjectedFault): Promise<void> {
    if (this.#fixture.inject === undefined)
      throw new Error(`the subject '${this.subject.name}' names faults and cannot inject them`);
    await this.#fixture.inject(fault);
  }

  async start(overrides: Partial<StartRequest> = {}): Promise<Observation> {
    return this.seen(await this.settle(this.provider.start(this.request(overrides), this.call())));
  }

  async describe(handle: SessionHandle): Promise<Observation> {
    return this.seen(await this.settle(this.provider.describe(handle, this.call())));
  }

  async terminate(handle: SessionHandle): Promise<Observation> {
    return this.seen(await this.settle(this.provider.terminate(handle, this.call())));
  }

  async startReady(overrides: Partial<StartRequest> = {}): Promise<SessionHandle> {
    const { handle } = await this.start(overrides);
    await this.untilReady(handle);
    return handle;
  }

  untilReady(handle: SessionHandle): Promise<Observation> {
    return this.until(handle, ({ state }) => state === 'ready', { what: 'ready', rule: 'C-010' });
  }

  untilFinal(handle: SessionHandle): Promise<Observation> {
    return this.until(handle, ({ final }) => final, { what: 'final', rule: 'C-032' });
  }

  /** Looks again and again until the session is where it should be. @throws CaseBlocked naming the rule when it does not get there. */
  async until(
    handle: SessionHandle,
    isReached: (observation: Observation) => boolean,
    goal: { readonly what: string; readonly rule: string; readonly limitMs?: number },
  ): Promise<Observation> {
    const isOver = (seen: Observation): boolean => isReached(seen) || seen.final;
    const observation = await this.lookUntil(() => this.describe(handle), isOver, goal.limitMs);
    if (isReached(observation)) return observation;
    throw new CaseBlocked(goal.rule, `the session is ${said(observation)} and does not become ${goal.what}`);
  }

  /** Lets time go by until the service itself says that nothing is left. */
  async untilNothingLives(rule: string): Promise<void> {
    const live = await this.lookUntil(
      async () => this.oracle.live(),
      (ids) => ids.length === 0,
    );
    if (live.length > 0) throw new CaseBlocked(rule, 'the service still holds sessions that should have ended');
  }

  /** Looks again and again, for as long as a change is waited for. @returns what was seen last, reached or not. */
  async lookUntil<T>(
    look: () => Promise<T>,
    isReached: (seen: T) => boolean,
    limitMs = this.#fixture.time.limitMs ?? DEFAULT_LIMIT_MS,
  ): Promise<T> {
    const endMs = this.monotonicMs + limitMs;
    for (;;) {
      const seen = await look();
      if (isReached(seen) || this.monotonicMs >= endMs) return seen;
      await this.pass(this.capabilities.watchIntervalMs.min);
    }
  }

  /** One page after the other. */
  async listPages(filter: ListFilter = {}): Promise<readonly SessionPage[]> {
    const pages: SessionPage[] = [];
    let next: string | undefined;
    do {
      if (pages.length === MOST_PAGES)
        throw new CaseBlocked('C-040', `the list does not end after ${MOST_PAGES} pages`);
      const page: SessionPage = await this.settle(this.provider.listPage(filter, next, this.call()));
      page.observations.forEach((observation) => this.seen(observation));
      pages.push(page);
      next = page.next;
    } while (next !== undefined);
    return pages;
  }

  async listAll(filter: ListFilter = {}): Promise<readonly Observation[]> {
    return (await this.listPages(filter)).flatMap((page) => page.observations);
  }

  /** Expects a call to fail with a SessionError of one of the kinds. */
  async fails(promise: Promise<unknown>, kinds: ErrorKind | readonly ErrorKind[], what: string): Promise<SessionError> {
    return expectError(await outcomeOf(this.settle(promise)), kinds, what);
  }

  /** Expects a call to fail at once: no time goes by. */
  async failsNow(
    promise: Promise<unknown>,
    kinds: ErrorKind | readonly ErrorKind[],
    what: string,
  ): Promise<SessionError> {
    const outcome = await this.outcomeNow(promise);
    check(outcome !== undefined, `${what} does not settle although nothing is to be waited for`);
    return expectError(outcome, kinds, what);
  }

  /** The outcome of a promise that needs no time of the clock; `undefined` when it does not settle. */
  async outcomeNow<T>(promise: Promise<T>): Promise<Outcome<T> | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), this.patienceMs);
    });
    try {
      return await Promise.race([outcomeOf(promise), patience]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits in real time, within the subject's patience, for something that happens outside of the clock; tells whether it did. */
  async happens(hasHappened: () => Promise<boolean>): Promise<boolean> {
    const endMs = performance.now() + this.patienceMs;
    // A busy machine may use up all patience between two lines of this: a few looks there must be.
    for (let looks = 1; !(await hasHappened()); looks++) {
      if (looks > 5 && performance.now() > endMs) return false;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return true;
  }

  /** Runs something and expects that no request reaches the service meanwhile. */
  async withoutRequests<T>(what: string, action: () => Promise<T>): Promise<T> {
    const before = await this.oracle.requestCount();
    const answer = await action();
    const requests = (await this.oracle.requestCount()) - before;
    check(requests === 0, `${what} must not reach the service and made ${requests} requests`);
    return answer;
  }

  /** Keeps what the provider has shown. */
  seen(observation: Observation): Observation {
    this.observations.push(observation);
    return observation;
  }
}
