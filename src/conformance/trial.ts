import { randomUUID } from 'node:crypto';
import type { Capabilities } from '../contract/capabilities.ts';
import type { Observation } from '../contract/observation.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { ListFilter, SessionPage, SessionProvider } from '../contract/session-provider.ts';
import type { StartRequest } from '../contract/start-request.ts';
import { CaseBlocked, said } from './check.ts';
import { KitTrial } from './kit-trial.ts';
import type { CodeSamples, SqlSamples } from './samples.ts';
import type { ConformanceFixture, ConformanceOracle, ConformanceSubject, InjectedFault } from './subject.ts';

const DEFAULT_LIMIT_MS = 600_000;

/** One running case: a fresh service, a provider over it, and the moves of which all cases are made. */
export class Trial extends KitTrial<SessionProvider, ConformanceOracle, InjectedFault> {
  readonly subject: ConformanceSubject;
  readonly capabilities: Capabilities;
  /** All observations of the provider, in order. */
  readonly observations: Observation[] = [];
  readonly #startOptions: Partial<StartRequest>;

  constructor(subject: ConformanceSubject, fixture: ConformanceFixture) {
    super({ subject, fixture, unknownId: fixture.unknownSessionId, defaultLimitMs: DEFAULT_LIMIT_MS });
    this.subject = subject;
    this.capabilities = subject.capabilities;
    this.#startOptions = fixture.startOptions ?? {};
  }

  /** The samples in the subject's dialect. */
  get sql(): SqlSamples {
    const { sql, name } = this.subject;
    if (sql === undefined)
      throw new Error(`the subject '${name}' runs SQL and must provide samples (its member 'sql')`);
    return sql;
  }

  /** Code blocks in the subject's language. */
  get code(): CodeSamples {
    const { code, name } = this.subject;
    if (code !== undefined) return code;
    throw new Error(`the subject '${name}' runs calculations and must provide samples (its member 'code')`);
  }

  /** A request with a new token. */
  request(overrides: Partial<StartRequest> = {}): StartRequest {
    return {
      owner: 'conformance-kit',
      token: `kit-${randomUUID().replaceAll('-', '')}`,
      idleTimeoutMs: this.capabilities.idleTimeoutMs.default,
      labels: {},
      ...this.#startOptions,
      ...overrides,
    };
  }

  async start(overrides: Partial<StartRequest> = {}): Promise<Observation> {
    return this.#record(await this.settle(this.provider.start(this.request(overrides), this.call())));
  }

  async describe(handle: SessionHandle): Promise<Observation> {
    return this.#record(await this.settle(this.provider.describe(handle, this.call())));
  }

  async terminate(handle: SessionHandle): Promise<Observation> {
    return this.#record(await this.settle(this.provider.terminate(handle, this.call())));
  }

  async startReady(overrides: Partial<StartRequest> = {}): Promise<SessionHandle> {
    const { handle } = await this.start(overrides);
    await this.untilReady(handle);
    return handle;
  }

  /** Terminates a session and polls until it is final. */
  async end(handle: SessionHandle): Promise<Observation> {
    await this.terminate(handle);
    return this.untilFinal(handle);
  }

  untilReady(handle: SessionHandle): Promise<Observation> {
    return this.until(handle, ({ state }) => state === 'ready', { what: 'ready', rule: 'C-010' });
  }

  untilFinal(handle: SessionHandle): Promise<Observation> {
    return this.until(handle, ({ final }) => final, { what: 'final', rule: 'C-032' });
  }

  /** Polls until the session reaches the goal. @throws CaseBlocked naming the rule when it does not. */
  async until(
    handle: SessionHandle,
    isReached: (observation: Observation) => boolean,
    goal: { readonly what: string; readonly rule: string },
  ): Promise<Observation> {
    const isOver = (seen: Observation): boolean => isReached(seen) || seen.final;
    const observation = await this.pollUntil(() => this.describe(handle), isOver);
    if (isReached(observation)) return observation;
    throw new CaseBlocked(goal.rule, `the session is ${said(observation)} and does not become ${goal.what}`);
  }

  /** Lets time pass until the service reports that it holds nothing. */
  async untilNothingLives(rule: string): Promise<void> {
    const live = await this.pollUntil(
      async () => this.oracle.live(),
      (ids) => ids.length === 0,
    );
    if (live.length > 0) throw new CaseBlocked(rule, 'the service still holds sessions that should have ended');
  }

  listPages(filter: ListFilter = {}): Promise<readonly SessionPage[]> {
    return this.pages('C-040', async (next) => {
      const page = await this.provider.listPage(filter, next, this.call());
      this.observations.push(...page.observations);
      return page;
    });
  }

  async listAll(filter: ListFilter = {}): Promise<readonly Observation[]> {
    return (await this.listPages(filter)).flatMap((page) => page.observations);
  }

  /** The session in the list, if it is there. */
  async findListed({ id }: SessionHandle): Promise<Observation | undefined> {
    return (await this.listAll()).find(({ handle }) => handle.id === id);
  }

  #record(observation: Observation): Observation {
    this.observations.push(observation);
    return observation;
  }
}
