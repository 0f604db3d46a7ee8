import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { Observation } from '../../src/contract/observation.ts';
import { assertHandleScope } from '../../src/provider-kit/handle-scope.ts';
import { runningAttempt } from '../../src/provider-kit/running-attempt.ts';
import { withDeadline } from '../../src/provider-kit/with-deadline.ts';
import type { Clock } from '../../src/contract/ports.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { HANDLE_VERSION, type SessionHandle } from '../../src/contract/session-handle.ts';
import type {
  ConnectEndpoint,
  Cursor,
  ListFilter,
  SessionPage,
  SessionProvider,
} from '../../src/contract/session-provider.ts';
import type { ProviderOperation } from '../../src/contract/operations.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import { throwIfAborted } from '../../src/provider-kit/aborted-error.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import type { StatementExecution, StatementRequest, StatementRunner } from '../../src/contract/statement-runner.ts';
import { observe, toUnknown } from './local-observation.ts';
import type { LocalService } from './local-service.ts';
import type { LocalSession } from './local-session.ts';

/** How long `describe` waits for an opening session at most, milliseconds: five times what opening takes. */
const OPENING_WAIT_MS = 50;

/** What a {@link LocalProvider} is made of. */
export interface LocalProviderParts {
  readonly id: string;
  /** The engine's name or address. */
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly service: LocalService;
  readonly clock: Clock;
}

/** Sessions on this machine, behind the same interface as those of a cloud. */
export class LocalProvider implements SessionProvider {
  readonly id: string;
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly statements: StatementRunner;
  readonly endpoint?: (handle: SessionHandle, call: CallContext) => Promise<ConnectEndpoint>;
  readonly #service: LocalService;
  readonly #clock: Clock;

  constructor({ id, scope, capabilities, service, clock }: LocalProviderParts) {
    this.id = id;
    this.scope = scope;
    this.capabilities = capabilities;
    this.#service = service;
    this.#clock = clock;
    this.statements = {
      execute: (handle, request, call) => this.#execute(handle, request, call),
      progress: (handle, statementId) => this.#service.find(handle.id)?.progress(statementId),
    };
    if (capabilities.sparkConnect) {
      this.endpoint = (handle, call) => this.#onSession('endpoint', handle, call, async (session) => session.endpoint);
    }
  }

  start(request: StartRequest, { signal }: CallContext): Promise<Observation> {
    return this.#call({ operation: 'start', signal }, async () => {
      this.#assertSupported(request);
      // Loading an engine takes as long as the disk needs.
      runningAttempt(signal)?.waitsFor('the local engine');
      return this.#observe(await this.#service.start(request));
    });
  }

  describe(handle: SessionHandle, call: CallContext): Promise<Observation> {
    return this.#onSession('describe', handle, call, async (session) => {
      await this.#waitForOpening(session, call);
      return this.#observe(session);
    });
  }

  listPage(filter: ListFilter, cursor: Cursor | undefined, { signal }: CallContext): Promise<SessionPage> {
    return this.#call({ operation: 'listPage', signal }, async () => {
      const observations: Observation[] = [];
      for (const session of this.#service.liveAfter(cursor)) {
        const seen = this.#observe(session);
        if (!fits(seen, filter)) continue;
        // The page is full and there is one more: the next page starts after the last one on this page.
        if (observations.length === this.capabilities.listPageSize) {
          return { observations, next: observations.at(-1)?.handle.id ?? '' };
        }
        observations.push(seen);
      }
      return { observations };
    });
  }

  terminate(handle: SessionHandle, { signal }: CallContext): Promise<Observation> {
    return this.#call({ operation: 'terminate', signal, handle }, async () => {
      const session = this.#service.find(handle.id);
      if (session === undefined) return toUnknown(handle, this.#clock.nowMs());
      void session.end('it was terminated');
      return this.#observe(session);
    });
  }

  close(): Promise<void> {
    return this.#service.close();
  }

  #execute(handle: SessionHandle, request: StatementRequest, call: CallContext): Promise<StatementExecution> {
    return this.#onSession('execute', handle, call, async (session) => {
      try {
        return await session.execute(request, call);
      } catch (error) {
        throw SessionError.is(error, 'session-failed') ? error.with({ observation: this.#observe(session) }) : error;
      }
    });
  }

  /**
   * Waits a moment for a session that opens, like the long polling of other services: repeated polls would take longer
   * than the opening.
   */
  async #waitForOpening(session: LocalSession, call: CallContext): Promise<void> {
    if (session.status.state !== 'OPENING') return;
    const deadline = Math.min(call.deadline, this.#clock.monotonicMs() + OPENING_WAIT_MS);
    const attempt = { operation: 'describe', call: { ...call, deadline } };
    // A session that still opens is described as it is.
    await withDeadline(this.#clock, attempt, () => session.opened).catch(() => {});
    throwIfAborted(call.signal, 'describe');
  }

  /** Makes a call unless it is aborted; adds operation, provider and handle to its errors. */
  async #call<T>(
    about: { readonly operation: ProviderOperation; readonly signal: AbortSignal; readonly handle?: SessionHandle },
    call: () => Promise<T>,
  ): Promise<T> {
    const { operation, signal, handle } = about;
    try {
      throwIfAborted(signal, operation);
      if (handle !== undefined) assertHandleScope(this, handle, operation);
      return await call();
    } catch (error) {
      if (!SessionError.is(error)) throw error;
      throw error.with({ operation, provider: this.id, ...(handle === undefined ? {} : { handle }) });
    }
  }

  /** Like {@link #call}, on a session. @throws SessionError `not-found` when this process does not know the session. */
  #onSession<T>(
    operation: ProviderOperation,
    handle: SessionHandle,
    { signal }: CallContext,
    call: (session: LocalSession) => Promise<T>,
  ): Promise<T> {
    return this.#call({ operation, signal, handle }, async () => {
      const session = this.#service.find(handle.id);
      if (session !== undefined) return call(session);
      const message = `session ${handle.id} does not exist in this process. Local sessions end with the process that started them`;
      throw new SessionError('not-found', message, { operation });
    });
  }

  /** Rejects what local sessions do not support. */
  #assertSupported({ size, sparkConf, native }: StartRequest): void {
    const unsupported = { size, ...(!this.capabilities.sparkConf && { sparkConf }), native };
    const given = Object.entries(unsupported).find(([, value]) => value !== undefined);
    if (given === undefined) return;
    const message = `provider '${this.id}' does not support \`${given[0]}\``;
    throw new SessionError('unsupported', message, { operation: 'start' });
  }

  #observe(session: LocalSession): Observation {
    const handle: SessionHandle = { v: HANDLE_VERSION, provider: this.id, scope: this.scope, id: session.id };
    return observe(session, handle, this.#clock.nowMs());
  }
}

function fits({ state, details }: Observation, { states, createdAfterMs, labels = {} }: ListFilter): boolean {
  if (states !== undefined && (state === undefined || !states.includes(state))) return false;
  if (createdAfterMs !== undefined && (details.createdAtMs ?? 0) < createdAfterMs) return false;
  return Object.entries(labels).every(([name, value]) => details.labels?.[name] === value);
}
