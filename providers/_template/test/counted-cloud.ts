import type { ConformanceOracle, InjectedFault } from 'anysession/conformance';
import type { ProviderOperation } from 'anysession/provider';
import type { TemplateClient } from '../src/client.ts';
import type { SessionRecord } from '../src/imaginary-cloud.ts';

type RequestFault = Extract<InjectedFault, { readonly operation: ProviderOperation }>;

const ERRORS = {
  forbidden: { code: 'PermissionDenied', status: 403 },
  throttled: { code: 'TooManyRequests', status: 429 },
  unavailable: { code: 'Unavailable', status: 503 },
  'lost-answer': { code: 'Unavailable', status: 503 },
} as const;

/** The cloud behind a proxy that counts requests and injects faults: what the conformance kit compares the provider with. */
export class CountedCloud implements TemplateClient, ConformanceOracle {
  readonly #cloud: TemplateClient;
  readonly #requests: ProviderOperation[] = [];
  readonly #started: string[] = [];
  readonly #states = new Map<string, Pick<SessionRecord, 'state' | 'stateMessage'>>();
  #faults: RequestFault[] = [];
  #breaksNextStart = false;

  constructor(cloud: TemplateClient) {
    this.#cloud = cloud;
  }

  createSession: TemplateClient['createSession'] = (input, options) =>
    this.#answer('start', options, async () => {
      const session = await this.#cloud.createSession(input, options);
      if (!this.#started.includes(session.sessionId)) this.#started.push(session.sessionId);
      if (this.#breaksNextStart)
        this.#states.set(session.sessionId, { state: 'FAILED', stateMessage: 'no machines left' });
      this.#breaksNextStart = false;
      return this.#shown(session);
    });

  getSession: TemplateClient['getSession'] = (sessionId, options) =>
    this.#answer('describe', options, async () => this.#shown(await this.#cloud.getSession(sessionId, options)));

  listSessions: TemplateClient['listSessions'] = (input, options) =>
    this.#answer('listPage', options, async () => {
      const page = await this.#cloud.listSessions(input, options);
      return { ...page, sessions: page.sessions.map((session) => this.#shown(session)) };
    });

  deleteSession: TemplateClient['deleteSession'] = (sessionId, options) =>
    this.#answer('terminate', options, async () => this.#shown(await this.#cloud.deleteSession(sessionId, options)));

  inject(fault: InjectedFault): void {
    if (fault.kind === 'broken-start') this.#breaksNextStart = true;
    else if ('operation' in fault) this.#faults.push(fault);
    else if ('sessionId' in fault) this.#states.set(fault.sessionId, { state: 'HIBERNATING' });
  }

  requestCount(operation?: ProviderOperation): number {
    return this.#requests.filter((each) => operation === undefined || each === operation).length;
  }

  started(): readonly string[] {
    return this.#started;
  }

  async live(): Promise<readonly string[]> {
    const sessions = await Promise.all(this.#started.map((id) => this.#inside(id)));
    return sessions.flatMap(({ sessionId, state }) => (state === 'STOPPED' || state === 'FAILED' ? [] : [sessionId]));
  }

  async idleTimeoutMs(sessionId: string): Promise<number> {
    return (await this.#inside(sessionId)).idleMinutes * 60_000;
  }

  runningStatements(): number {
    return 0;
  }

  async #inside(sessionId: string): Promise<SessionRecord> {
    return this.#shown(await this.#cloud.getSession(sessionId, { signal: new AbortController().signal }));
  }

  #shown(session: SessionRecord): SessionRecord {
    return { ...session, ...this.#states.get(session.sessionId) };
  }

  async #answer<T>(
    operation: ProviderOperation,
    { signal }: { readonly signal: AbortSignal },
    act: () => Promise<T>,
  ): Promise<T> {
    this.#requests.push(operation);
    const fault = this.#faults.find((each) => each.operation === operation);
    this.#faults = this.#faults.filter((each) => each !== fault);
    if (fault === undefined) return act();
    if (fault.kind === 'lost-answer' || fault.kind === 'no-answer') await act();
    if (fault.kind !== 'no-answer') throw Object.assign(new Error(`made to fail: ${fault.kind}`), ERRORS[fault.kind]);
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')), { once: true });
    });
  }
}
