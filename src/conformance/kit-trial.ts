import type { CallContext } from '../contract/call-context.ts';
import type { ErrorKind } from '../contract/error-kinds.ts';
import type { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { Cursor } from '../contract/session-provider.ts';
import { CaseBlocked, check, expectError, outcomeOf, type Outcome } from './check.ts';
import type { KitFixture, KitSubject } from './subject.ts';

const DEFAULT_PATIENCE_MS = 1_000;
/** More pages than any case can fill. */
const MAX_PAGES = 100;

/** What each kind of trial has of its own. */
interface TrialKind<Provider, Oracle, Fault> {
  readonly subject: KitSubject<unknown> & {
    readonly capabilities: { readonly watchIntervalMs: { readonly min: number } };
  };
  readonly fixture: KitFixture<Provider, Oracle, Fault>;
  readonly unknownId: string;
  /** How long a change of state may take by default, milliseconds of the clock. */
  readonly defaultLimitMs: number;
}

/** What the trials of sessions and of batches share: a fresh service, a provider over it, and the moves of all cases. */
export class KitTrial<
  Provider extends { readonly id: string; readonly scope: string },
  Oracle extends { requestCount(): number | Promise<number> },
  Fault,
> {
  readonly provider: Provider;
  readonly oracle: Oracle;
  /** What the report says besides the outcome. */
  readonly notes: string[] = [];
  readonly unknownHandle: SessionHandle;
  readonly #kind: TrialKind<Provider, Oracle, Fault>;

  constructor(kind: TrialKind<Provider, Oracle, Fault>) {
    this.#kind = kind;
    this.provider = kind.fixture.createProvider();
    this.oracle = kind.fixture.oracle;
    this.unknownHandle = { v: 1, provider: this.provider.id, scope: this.provider.scope, id: kind.unknownId };
  }

  get nowMs(): number {
    return this.#kind.fixture.time.clock.nowMs();
  }

  /** The clock of deadlines, milliseconds. */
  get monotonicMs(): number {
    return this.#kind.fixture.time.clock.monotonicMs();
  }

  get patienceMs(): number {
    return this.#kind.subject.patienceMs ?? DEFAULT_PATIENCE_MS;
  }

  /** Another provider object over the same service. */
  createProvider(): Provider {
    return this.#kind.fixture.createProvider();
  }

  /** The context of one call, without deadline and abort by default. */
  call(overrides: Partial<CallContext> = {}): CallContext {
    return { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, attempt: 1, ...overrides };
  }

  /** Returns the outcome of a call, and lets as much time pass as the call needs. */
  settle<T>(promise: Promise<T>): Promise<T> {
    return this.#kind.fixture.time.settle(promise);
  }

  pass(ms: number): Promise<void> {
    return this.#kind.fixture.time.pass(ms);
  }

  async inject(fault: Fault): Promise<void> {
    const { fixture, subject } = this.#kind;
    if (fixture.inject === undefined) throw new Error(`the subject '${subject.name}' has 'faults' and no 'inject'`);
    await fixture.inject(fault);
  }

  /** Polls until the goal is reached or the time limit has passed. @returns what was seen last. */
  async pollUntil<T>(poll: () => Promise<T>, isReached: (seen: T) => boolean): Promise<T> {
    const endMs = this.monotonicMs + (this.#kind.fixture.time.limitMs ?? this.#kind.defaultLimitMs);
    for (;;) {
      const seen = await poll();
      if (isReached(seen) || this.monotonicMs >= endMs) return seen;
      await this.pass(this.#kind.subject.capabilities.watchIntervalMs.min);
    }
  }

  /** All pages of a listing. @throws CaseBlocked naming the rule when there is no last page. */
  async pages<Page extends { readonly next?: Cursor }>(
    rule: string,
    list: (cursor: Cursor | undefined) => Promise<Page>,
  ): Promise<readonly Page[]> {
    const pages: Page[] = [];
    do {
      if (pages.length === MAX_PAGES) throw new CaseBlocked(rule, `the list has more than ${MAX_PAGES} pages`);
      pages.push(await this.settle(list(pages.at(-1)?.next)));
    } while (pages.at(-1)?.next !== undefined);
    return pages;
  }

  /** Checks that a call fails with a SessionError of one of the kinds. */
  async fails(promise: Promise<unknown>, kinds: ErrorKind | readonly ErrorKind[], what: string): Promise<SessionError> {
    return expectError(await outcomeOf(this.settle(promise)), kinds, what);
  }

  /** Checks that a call fails while no time of the clock passes. */
  async failsNow(promise: Promise<unknown>, kinds: ErrorKind | readonly ErrorKind[], what: string): Promise<void> {
    const outcome = await this.outcomeNow(promise);
    check(outcome !== undefined, `${what} does not settle although it has nothing to wait for`);
    expectError(outcome, kinds, what);
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

  /** Waits in real time, within the subject's patience, until something has happened. @returns whether it has. */
  async happens(hasHappened: () => Promise<boolean>): Promise<boolean> {
    const endMs = performance.now() + this.patienceMs;
    // On a busy machine the patience may run out between two lines here: poll a few times anyway.
    for (let polls = 1; !(await hasHappened()); polls++) {
      if (polls > 5 && performance.now() > endMs) return false;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return true;
  }

  /** Runs an action and checks that no request reaches the service meanwhile. */
  async withoutRequests<T>(what: string, action: () => Promise<T>): Promise<T> {
    const before = await this.oracle.requestCount();
    const answer = await action();
    const requests = (await this.oracle.requestCount()) - before;
    check(requests === 0, `${what} must not reach the service, and it made ${requests} requests`);
    return answer;
  }
}
