import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { Observation } from '../../src/contract/observation.ts';
import { assertOwnHandle } from '../../src/contract/own-handle.ts';
import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { HANDLE_VERSION, type SessionHandle } from '../../src/contract/session-handle.ts';
import type {
  CallContext,
  ConnectEndpoint,
  Cursor,
  Dashboard,
  ListFilter,
  ProviderOperation,
  SessionPage,
  SessionProvider,
} from '../../src/contract/session-provider.ts';
import { SESSION_STATES } from '../../src/contract/session-state.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import { driveToStarted, whyNoSessions, whyNotStartable } from './application.ts';
import { whileWanted } from './aws/while-wanted.ts';
import { emrServerlessCapabilities } from './capabilities.ts';
import { EmrServerlessSdkCalls, type EmrServerlessCalls } from './client.ts';
import { toConnectEndpoint } from './connect-endpoint.ts';
import { toSessionError } from './errors.ts';
import { fromSession, fromState, fromSummary, gone, type Sighting } from './observation.ts';
import type { EmrServerlessConfig } from './options.ts';
import { toStartInput } from './start-input.ts';
import { liveNativeStates } from './states.ts';

const SESSION_ID = /^[0-9a-z]{1,64}$/;

/** How long a dashboard link lasts. @see https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_GetResourceDashboard.html (read 2026-11-20) */
const DASHBOARD_LIFETIME_MS = 3_600_000;

/** A search goes no further than this many pages, 50 sessions each. */
const SEARCH_PAGES = 10;

/** Interactive sessions of one EMR Serverless application. */
export class EmrServerlessProvider implements SessionProvider {
  readonly id = 'emr-serverless';
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly #config: EmrServerlessConfig;
  readonly #ports: ProviderPorts;
  readonly #calls: EmrServerlessCalls;

  constructor(config: EmrServerlessConfig, ports: ProviderPorts) {
    this.scope = `${config.region}/${config.applicationId}`;
    this.capabilities = emrServerlessCapabilities(config);
    this.#config = config;
    this.#ports = ports;
    this.#calls = new EmrServerlessSdkCalls(config);
  }

  async start(request: StartRequest, call: CallContext): Promise<Observation> {
    let asked = false;
    try {
      return await this.#attempt('start', undefined, call, async (signal) => {
        const input = toStartInput(request, this.#config);
        if (this.#config.startApplication) {
          await driveToStarted({ calls: this.#calls, clock: this.#ports.clock }, signal);
        }
        asked = true;
        const { sessionId: id } = await this.#calls.startSession(input, signal);
        if (id === undefined || id === '') throw this.#unreadable('start', 'names no session');
        return this.#lookAtStarted(this.#handle(id), request, signal);
      });
    } catch (error) {
      // The application was driven first: whatever became of that, no session was asked for.
      if (SessionError.is(error) && !asked) throw error.with({ effect: 'none' });
      throw await this.#explainRefusal(error, request, call);
    }
  }

  describe(handle: SessionHandle, call: CallContext): Promise<Observation> {
    return this.#attempt('describe', handle, call, (signal) => this.#look(handle, signal));
  }

  async listPage(filter: ListFilter, cursor: Cursor | undefined, call: CallContext): Promise<SessionPage> {
    const states = liveNativeStates(filter.states ?? SESSION_STATES);
    if (states.length === 0) return { observations: [] };
    const { createdAfterMs } = filter;
    return this.#attempt('listPage', undefined, call, async (signal) => {
      const page = await this.#calls.listSessions(
        {
          states,
          maxResults: this.capabilities.listPageSize,
          // "After" may or may not mean the very millisecond: one earlier is asked for, and what is too early left out below.
          ...(createdAfterMs !== undefined && { createdAtAfter: new Date(createdAfterMs - 1) }),
          ...(cursor !== undefined && { nextToken: cursor }),
        },
        signal,
      );
      const observations = (page.sessions ?? []).flatMap((summary) => {
        const { sessionId: id } = summary;
        if (id === undefined || id === '') return [];
        const observation = fromSummary(summary, this.#sight(this.#handle(id)));
        const { createdAtMs = Number.POSITIVE_INFINITY } = observation.details;
        return createdAtMs >= (createdAfterMs ?? Number.NEGATIVE_INFINITY) ? [observation] : [];
      });
      return { observations, ...(page.nextToken && { next: page.nextToken }) };
    });
  }

  async terminate(handle: SessionHandle, call: CallContext): Promise<Observation> {
    try {
      return await this.#attempt('terminate', handle, call, async (signal) => {
        await this.#calls.terminateSession(handle.id, signal);
        return this.#lookAtTerminated(handle, signal);
      });
    } catch (error) {
      if (SessionError.is(error, 'not-found')) return gone(this.#sight(handle));
      const isRefused = SessionError.is(error, 'invalid-request') || SessionError.is(error, 'conflict');
      if (!isRefused || error.native === undefined) throw error;
      return this.#orRefused(handle, error, call);
    }
  }

  async endpoint(handle: SessionHandle, call: CallContext): Promise<ConnectEndpoint> {
    try {
      return await this.#attempt('endpoint', handle, call, async (signal) => {
        const endpoint = toConnectEndpoint(await this.#calls.getSessionEndpoint(handle.id, signal));
        if (endpoint === undefined) throw this.#notReady(handle, 'has no endpoint yet');
        return endpoint;
      });
    } catch (error) {
      const isDoubtful =
        SessionError.is(error, 'invalid-request') ||
        SessionError.is(error, 'not-found') ||
        SessionError.is(error, 'conflict');
      if (!isDoubtful || error.native === undefined) throw error;
      throw await this.#attempt('endpoint', handle, call, (signal) => this.#whyNoEndpoint(handle, error, signal));
    }
  }

  dashboard(handle: SessionHandle, call: CallContext): Promise<Dashboard> {
    return this.#attempt('dashboard', handle, call, async (signal) => {
      const { url } = await this.#calls.getSessionDashboard(handle.id, signal);
      if (url === undefined || url === '') throw this.#unreadable('dashboard', 'holds no URL');
      return { url, expiresAtMs: this.#ports.clock.nowMs() + DASHBOARD_LIFETIME_MS };
    });
  }

  async close(): Promise<void> {
    this.#calls.close();
  }

  /** One verb: refused beforehand where it cannot be right, given up when its caller gives up, translated when it fails. */
  async #attempt<Answer>(
    operation: ProviderOperation,
    handle: SessionHandle | undefined,
    call: CallContext,
    work: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    try {
      if (handle !== undefined) this.#refuseForeign(handle, operation);
      return await whileWanted(this.#ports.clock, { operation, call }, work);
    } catch (error) {
      const { scope } = this;
      throw toSessionError(error, { operation, handle, scope, nowMs: this.#ports.clock.nowMs() });
    }
  }

  #refuseForeign(handle: SessionHandle, operation: ProviderOperation): void {
    assertOwnHandle(this, handle, operation);
    if (!SESSION_ID.test(handle.id)) {
      throw new SessionError(
        'invalid-request',
        'a session id of EMR Serverless has 1 to 64 characters of 0-9 and a-z; check the handle',
        { operation, provider: this.id, handle },
      );
    }
  }

  async #look(handle: SessionHandle, signal: AbortSignal): Promise<Observation> {
    const { session } = await this.#calls.getSession(handle.id, signal);
    if (session === undefined) throw this.#unreadable('describe', 'names no session');
    return fromSession(session, this.#sight(handle));
  }

  /**
   * StartSession answers without a state, and a repeated start may answer about a session that has ended since: so it is looked
   * at. When that fails the start has succeeded all the same.
   */
  async #lookAtStarted(handle: SessionHandle, request: StartRequest, signal: AbortSignal): Promise<Observation> {
    const { owner, token, name } = request;
    const submitted = fromState('SUBMITTED', this.#sight(handle), {
      ownership: { owner, token },
      ...(name !== undefined && { name }),
    });
    return this.#look(handle, signal).catch(() => submitted);
  }

  /** TerminateSession answers without a state, too. */
  async #lookAtTerminated(handle: SessionHandle, signal: AbortSignal): Promise<Observation> {
    const terminating = fromState('TERMINATING', this.#sight(handle));
    try {
      const seen = await this.#look(handle, signal);
      // What is still shown as alive is shown too late: its end is decided.
      return seen.state === 'terminated' || seen.state === 'failed' ? seen : terminating;
    } catch {
      return terminating;
    }
  }

  /** Whether an ended session may be terminated again is not documented: its state decides whether the refusal counts. */
  async #orRefused(handle: SessionHandle, refused: SessionError, call: CallContext): Promise<Observation> {
    try {
      const seen = await this.#attempt('terminate', handle, call, (signal) => this.#look(handle, signal));
      if (seen.final) return seen;
    } catch (error) {
      if (SessionError.is(error, 'not-found')) return gone(this.#sight(handle));
    }
    throw refused;
  }

  /** The service refuses an endpoint for an unknown id and for a session that is not ready: which of them, its state tells. */
  async #whyNoEndpoint(handle: SessionHandle, refused: SessionError, signal: AbortSignal): Promise<SessionError> {
    const seen = await this.#look(handle, signal);
    if (seen.state === 'creating') return this.#notReady(handle, `is ${seen.nativeState}`);
    if (seen.state !== 'terminated' && seen.state !== 'failed') return refused;
    return new SessionError(
      'session-failed',
      `session ${handle.id} is ${seen.nativeState} (${seen.reason ?? 'no reason given'}) and has no endpoint`,
      { ...refused, retry: undefined, cause: refused.cause, observation: seen },
    );
  }

  #notReady(handle: SessionHandle, why: string): SessionError {
    return new SessionError('conflict', `session ${handle.id} ${why}; wait until it is ready`, {
      operation: 'endpoint',
      provider: this.id,
      handle,
    });
  }

  /** A start is refused because its token is taken, or because of the application: what the service leaves open is looked up. */
  async #explainRefusal(error: unknown, { token }: StartRequest, call: CallContext): Promise<unknown> {
    const isRefused = SessionError.is(error, 'invalid-request') || SessionError.is(error, 'conflict');
    if (!isRefused || error.native === undefined) return error;
    const details = { ...error, retry: undefined, cause: error.cause };
    try {
      const holder = await this.#findHolder(token, call);
      if (holder !== undefined) {
        return new SessionError(
          'conflict',
          `session ${holder.id} was started under the same key with other options; attach to it, start with the same options, ` +
            'or choose another key',
          { ...details, handle: holder },
        );
      }
      const { application } = await this.#attempt('start', undefined, call, (signal) =>
        this.#calls.getApplication(signal),
      );
      const problem = application && (whyNoSessions(application) ?? whyNotStartable(application));
      return problem?.with({ native: error.native, cause: error.cause }) ?? error;
    } catch {
      // Nothing was learnt: the refusal stands as it is.
      return error;
    }
  }

  async #findHolder(token: string, call: CallContext): Promise<SessionHandle | undefined> {
    let cursor: Cursor | undefined;
    for (let page = 0; page < SEARCH_PAGES; page++) {
      const { observations, next } = await this.listPage({}, cursor, call);
      const holder = observations.find(({ details }) => details.ownership?.token === token);
      if (holder !== undefined || next === undefined) return holder?.handle;
      cursor = next;
    }
    return undefined;
  }

  #sight(handle: SessionHandle): Sighting {
    return { handle, observedAtMs: this.#ports.clock.nowMs() };
  }

  #handle(id: string): SessionHandle {
    return { v: HANDLE_VERSION, provider: this.id, scope: this.scope, id };
  }

  #unreadable(operation: ProviderOperation, what: string): SessionError {
    return new SessionError(
      'unexpected',
      `the answer of EMR Serverless to ${operation} ${what}; look before you repeat it`,
      {
        operation,
        provider: this.id,
        effect: operation === 'start' ? 'unknown' : 'none',
      },
    );
  }
}
