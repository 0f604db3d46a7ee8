import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { Observation } from '../../src/contract/observation.ts';
import { assertHandleScope } from '../../src/provider-kit/handle-scope.ts';
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
import { abortedError } from '../../src/provider-kit/aborted-error.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import type {
  StatementExecution,
  StatementProgress,
  StatementRequest,
  StatementRunner,
} from '../../src/contract/statement-runner.ts';
import { observe, toUnknown } from './local-observation.ts';
import type { LocalService } from './local-service.ts';
import type { LocalSession } from './local-session.ts';
import { waitForOpening } from './wait-for-opening.ts';

/** What a {@link LocalProvider} is made of. */
export interface LocalProviderParts {
  readonly id: string;
  /** Where its sessions live: the engine's name. */
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly service: LocalService;
  readonly clock: Clock;
}

/** Sessions on this machine, seen as those of a cloud are: it asks its service and keeps nothing itself. */
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
      progress: (handle, statementId) => this.#progress(handle, statementId),
    };
    if (capabilities.sparkConnect) this.endpoint = (handle, call) => this.#endpoint(handle, call);
  }

  async start(request: StartRequest, { signal }: CallContext): Promise<Observation> {
    return this.#told({ operation: 'start', signal }, async () => {
      this.#assertSupported(request);
      return this.#observe(await this.#service.start(request));
    });
  }

  async describe(handle: SessionHandle, call: CallContext): Promise<Observation> {
    return this.#told({ operation: 'describe', signal: call.signal, handle }, async () => {
      const session = this.#find(handle, 'describe');
      await waitForOpening(session, call, this.#clock);
      return this.#observe(session);
    });
  }

  async listPage(filter: ListFilter, cursor: Cursor | undefined, { signal }: CallContext): Promise<SessionPage> {
    return this.#told({ operation: 'listPage', signal }, async () => {
      const observations: Observation[] = [];
      for (const session of this.#service.liveAfter(cursor)) {
        const seen = this.#observe(session);
        if (!fits(seen, filter)) continue;
        // One more than the page holds: there is a next page, which begins after the last one on this.
        if (observations.length === this.capabilities.listPageSize) {
          return { observations, next: observations.at(-1)?.handle.id ?? '' };
        }
        observations.push(seen);
      }
      return { observations };
    });
  }

  async terminate(handle: SessionHandle, { signal }: CallContext): Promise<Observation> {
    return this.#told({ operation: 'terminate', signal, handle }, async () => {
      const session = this.#service.find(handle.id);
      if (session === undefined) return toUnknown(handle, this.#clock.nowMs());
      void session.end('it was terminated');
      return this.#observe(session);
    });
  }

  close(): Promise<void> {
    return this.#service.close();
  }

  async #execute(handle: SessionHandle, request: StatementRequest, call: CallContext): Promise<StatementExecution> {
    return this.#told({ operation: 'execute', signal: call.signal, handle }, async () => {
      const session = this.#find(handle, 'execute');
      try {
        return await session.execute(request, call);
      } catch (error) {
        throw SessionError.is(error, 'session-failed') ? error.with({ observation: this.#observe(session) }) : error;
      }
    });
  }

  #endpoint(handle: SessionHandle, { signal }: CallContext): Promise<ConnectEndpoint> {
    return this.#told({ operation: 'endpoint', signal, handle }, async () => this.#find(handle, 'endpoint').endpoint);
  }

  #progress(handle: SessionHandle, statementId: string): StatementProgress | undefined {
    return this.#service.find(handle.id)?.progress(statementId);
  }

  /** Makes a call that is not aborted before it begins, and has what goes wrong say where it did. */
  async #told<T>(
    about: { readonly operation: ProviderOperation; readonly signal: AbortSignal; readonly handle?: SessionHandle },
    call: () => Promise<T>,
  ): Promise<T> {
    const { operation, signal, handle } = about;
    try {
      if (signal.aborted) throw abortedError(operation, signal);
      if (handle !== undefined) assertHandleScope(this, handle, operation);
      return await call();
    } catch (error) {
      if (!SessionError.is(error)) throw error;
      throw error.with({ operation, provider: this.id, ...(handle === undefined ? {} : { handle }) });
    }
  }

  #find(handle: SessionHandle, operation: ProviderOperation): LocalSession {
    const session = this.#service.find(handle.id);
    if (session !== undefined) return session;
    throw new SessionError(
      'not-found',
      `there is no session ${handle.id} in this process; local sessions end with the process that started them`,
      { operation },
    );
  }

  /** What is not there is refused and never passed over in silence. */
  #assertSupported({ size, sparkConf, native }: StartRequest): void {
    const absent = { size, ...(!this.capabilities.sparkConf && { sparkConf }), native };
    const given = Object.entries(absent).find(([, value]) => value !== undefined);
    if (given === undefined) return;
    throw new SessionError('unsupported', `provider '${this.id}' takes no \`${given[0]}\``, { operation: 'start' });
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
