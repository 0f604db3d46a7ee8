import type { CalculationRunner } from '../../src/contract/calculation-runner.ts';
import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { Observation } from '../../src/contract/observation.ts';
import { ownershipIn } from '../../src/contract/ownership.ts';
import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { HANDLE_VERSION, type SessionHandle } from '../../src/contract/session-handle.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { ProviderOperation } from '../../src/contract/operations.ts';
import type {
  ConnectEndpoint,
  Cursor,
  Dashboard,
  ListFilter,
  SessionPage,
  SessionProvider,
} from '../../src/contract/session-provider.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import { throwIfAborted } from '../../src/provider-kit/aborted-error.ts';
import { CallRunner, type ServiceCall } from '../../src/provider-kit/call-runner.ts';
import {
  describeOrFind,
  endedAfterRefusal,
  goneError,
  isServiceRefusal,
} from '../../src/provider-kit/refused-session.ts';
import { runningAttempt } from '../../src/provider-kit/running-attempt.ts';
import { explainByTokenConflict } from '../../src/provider-kit/token-conflict.ts';
import { namesToken, usedTokenError } from './used-token.ts';
import { notFoundObservation, notReadyError } from '../../src/provider-kit/observation.ts';
import { observe } from './observation.ts';
import { explainRefusal, toProxyEndpoint } from './proxy-endpoint.ts';
import type { NativeSession, SessionService } from './session-service.ts';

interface Started {
  readonly handle: SessionHandle;
  /** The session in the answer, which may have no state. */
  readonly session: NativeSession;
  readonly request: StartRequest;
}

/** The sessions of one AWS service. */
export class AwsSessionProvider implements SessionProvider {
  readonly id: string;
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly calculations?: CalculationRunner;
  readonly endpoint?: (handle: SessionHandle, call: CallContext) => Promise<ConnectEndpoint>;
  readonly dashboard?: (handle: SessionHandle, call: CallContext) => Promise<Dashboard>;
  readonly #service: SessionService;
  readonly #ports: ProviderPorts;
  readonly #runner: CallRunner;

  constructor(service: SessionService, ports: ProviderPorts) {
    const { id, scope, capabilities, sessionId } = service;
    this.id = id;
    this.scope = scope;
    this.capabilities = capabilities;
    this.#service = service;
    this.#ports = ports;
    this.#runner = new CallRunner({
      place: this,
      clock: ports.clock,
      requests: ports.requests,
      sessionId,
      toError: (thrown, failed) => service.toSessionError(thrown, failed),
    });
    const calculations = capabilities.calculations ? service.calculations?.(this, this.#runner) : undefined;
    if (calculations !== undefined) this.calculations = calculations;
    if (capabilities.sparkConnect) this.endpoint = (handle, call) => this.#openEndpoint(handle, call);
    if (capabilities.dashboard) this.dashboard = (handle, call) => this.#linkDashboard(handle, call);
  }

  async start(request: StartRequest, call: CallContext): Promise<Observation> {
    const progress = { isAsked: false };
    try {
      return await this.#runner.run({ operation: 'start', call }, async (sub) => {
        const attempt = runningAttempt(sub.signal);
        attempt?.prepares(true);
        const send = await this.#service.prepareStart(request, sub);
        // The preparation may be shared with a start that goes on.
        throwIfAborted(sub.signal, 'start');
        attempt?.prepares(false);
        progress.isAsked = true;
        const session = await send();
        const { id } = session;
        if (id === undefined || id === '') throw this.#unreadable('start', 'no session id');
        return this.#observeStarted({ handle: this.#handle(id), session, request }, sub);
      });
    } catch (error) {
      // A failed preparation has started nothing.
      if (SessionError.is(error) && !progress.isAsked) throw error.with({ effect: 'none' });
      throw await this.#explainStartRefusal(error, request, call);
    }
  }

  async describe(handle: SessionHandle, call: CallContext): Promise<Observation> {
    const ask = (): Promise<Observation> =>
      this.#runner.run({ operation: 'describe', handle, call }, async (sub) => {
        const seen = await this.#get(handle, sub);
        return this.#service.resolveState?.(seen, sub) ?? seen;
      });
    const seen = await describeOrFind(ask, { provider: this, handle, call });
    if (seen === undefined) throw goneError(handle, 'describe');
    return seen;
  }

  listPage(filter: ListFilter, cursor: Cursor | undefined, call: CallContext): Promise<SessionPage> {
    const { createdAfterMs = Number.NEGATIVE_INFINITY } = filter;
    return this.#runner.run({ operation: 'listPage', call }, async (sub) => {
      const { sessions, next } = await this.#service.list(filter, cursor, sub);
      const observations = sessions
        .flatMap((session) => (session.id ? [this.#observeListed(this.#handle(session.id), session)] : []))
        .filter(({ details: { createdAtMs = Number.POSITIVE_INFINITY } }) => createdAtMs >= createdAfterMs);
      return { observations, ...(next && { next }) };
    });
  }

  async terminate(handle: SessionHandle, call: CallContext): Promise<Observation> {
    try {
      return await this.#runner.run({ operation: 'terminate', handle, call }, async (sub) => {
        const state = await this.#service.terminate(handle.id, sub);
        return state === undefined ? this.#observeTerminated(handle, sub) : this.#observe(handle, { state });
      });
    } catch (error) {
      if (!isServiceRefusal(error)) throw error;
      const ask = (): Promise<Observation> => this.#getFor('terminate', handle, call);
      return (await endedAfterRefusal(error, ask, { provider: this, handle, call })) ?? this.#notFound(handle);
    }
  }

  async close(): Promise<void> {
    this.#service.close();
  }

  #linkDashboard(handle: SessionHandle, call: CallContext): Promise<Dashboard> {
    return this.#runner.run({ operation: 'dashboard', handle, call }, async (sub) => {
      const url = await this.#service.dashboardUrl?.(handle, sub);
      if (url === undefined || url === '') throw this.#unreadable('dashboard', 'no URL');
      return { url, expiresAtMs: this.#ports.clock.nowMs() + (this.#service.dashboardLifetimeMs ?? 0) };
    });
  }

  async #openEndpoint(handle: SessionHandle, call: CallContext): Promise<ConnectEndpoint> {
    try {
      return await this.#runner.run({ operation: 'endpoint', handle, call }, async (sub) => {
        const endpoint = toProxyEndpoint(await this.#service.endpoint(handle.id, sub), this.id);
        if (endpoint === undefined) throw notReadyError(handle, 'has no endpoint yet');
        return endpoint;
      });
    } catch (error) {
      if (!isServiceRefusal(error)) throw error;
      const ask = (): Promise<Observation> => this.#getFor('endpoint', handle, call);
      const seen = await describeOrFind(ask, { provider: this, handle, call });
      if (seen === undefined) throw goneError(handle, 'endpoint');
      throw this.#service.explainMissingEndpoint?.(seen, error) ?? explainRefusal(error, seen);
    }
  }

  /** A repeated start may return a session that has ended since: without a state in the answer the session is described. */
  async #observeStarted({ handle, session, request }: Started, sub: ServiceCall): Promise<Observation> {
    const { name } = request;
    const { state } = session;
    const seen = this.#observe(handle, { ...session, state: state ?? this.#service.firstStates[0] });
    const details = { ownership: ownershipIn(request), ...(name !== undefined && { name }), ...seen.details };
    const started = { ...seen, details };
    // The start has succeeded, whatever happens to the describe.
    return state === undefined ? this.#get(handle, sub).catch(() => started) : started;
  }

  /** The end is decided: a describe that fails, or still shows the session alive, does not change that. */
  async #observeTerminated(handle: SessionHandle, sub: ServiceCall): Promise<Observation> {
    const terminating = this.#observe(handle, { state: this.#service.endingState });
    const seen = await this.#get(handle, sub).catch(() => terminating);
    return seen.state === 'terminated' || seen.state === 'failed' ? seen : terminating;
  }

  async #explainStartRefusal(error: unknown, { token }: StartRequest, call: CallContext): Promise<unknown> {
    // A refusal that names a session is explained.
    if (!isServiceRefusal(error) || error.kind === 'not-found' || error.handle !== undefined) return error;
    try {
      const conflict = await explainByTokenConflict(error, token, { provider: this, call });
      if (conflict !== undefined) return conflict;
      if (namesToken(error)) return usedTokenError(error);
      const reason = await this.#runner.run({ operation: 'start', call }, async (sub) =>
        this.#service.explainStartRefusal?.(sub),
      );
      return reason?.with({ native: error.native, cause: error }) ?? error;
    } catch {
      // No explanation found: the refusal stands.
      return error;
    }
  }

  /** Describes a session on behalf of another operation. */
  async #getFor(operation: ProviderOperation, handle: SessionHandle, call: CallContext): Promise<Observation> {
    try {
      return await this.#runner.run({ operation: 'describe', handle, call }, (sub) => this.#get(handle, sub));
    } catch (error) {
      throw SessionError.is(error) ? error.with({ operation }) : error;
    }
  }

  async #get(handle: SessionHandle, sub: ServiceCall): Promise<Observation> {
    const session = await this.#service.get(handle, sub);
    if (session === undefined) throw this.#unreadable('describe', 'no session');
    return this.#observe(handle, session);
  }

  #observe(handle: SessionHandle, session: NativeSession): Observation {
    const serviceTimeMs = this.#service.time.lastMs;
    return observe(session, this.#service, { handle, observedAtMs: this.#ports.clock.nowMs(), serviceTimeMs });
  }

  #observeListed(handle: SessionHandle, session: NativeSession): Observation {
    const seen = this.#observe(handle, session);
    return this.#service.readyWithEndpoint?.(seen) === true ? { ...seen, readyWithEndpoint: true } : seen;
  }

  #notFound(handle: SessionHandle): Observation {
    return notFoundObservation(this.#service.name, { handle, observedAtMs: this.#ports.clock.nowMs() });
  }

  #handle(id: string): SessionHandle {
    return { v: HANDLE_VERSION, provider: this.id, scope: this.scope, id };
  }

  #unreadable(operation: ProviderOperation, missing: string): SessionError {
    const message = `the answer of ${this.#service.name} to ${operation} has ${missing}; check what happened before you repeat it`;
    const effect = operation === 'start' ? 'unknown' : 'none';
    return new SessionError('unexpected', message, { operation, provider: this.id, effect });
  }
}
