import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { Observation } from '../../src/contract/observation.ts';
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
import { startAndWait, whyNoSessions, whyNotStartable } from './application.ts';
import { explainRefusal, notReadyError } from '../_aws/proxy-endpoint.ts';
import { CallRunner } from '../../src/provider-kit/call-runner.ts';
import { explainByTokenConflict, isServiceRefusal } from '../../src/provider-kit/token-conflict.ts';
import { emrServerlessCapabilities } from './capabilities.ts';
import { EmrServerlessSdkCalls, type EmrServerlessCalls } from './client.ts';
import { toConnectEndpoint } from './connect-endpoint.ts';
import { toSessionError } from './errors.ts';
import { fromSession, fromState, fromSummary, notFoundObservation, type ObservationContext } from './observation.ts';
import type { EmrServerlessConfig } from './options.ts';
import { toStartInput } from './start-input.ts';
import { liveNativeStates } from './states.ts';

/** @see https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_GetSession.html (read 2026-11-20) */
const SESSION_ID = { pattern: /^[0-9a-z]{1,64}$/, words: '1 to 64 characters of 0-9 and a-z' };

/** How long a dashboard link lasts. @see https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_GetResourceDashboard.html (read 2026-11-20) */
const DASHBOARD_LIFETIME_MS = 3_600_000;

/** Interactive sessions of one EMR Serverless application. */
export class EmrServerlessProvider implements SessionProvider {
  readonly id = 'emr-serverless';
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly #config: EmrServerlessConfig;
  readonly #ports: ProviderPorts;
  readonly #calls: EmrServerlessCalls;
  readonly #runner: CallRunner;

  constructor(config: EmrServerlessConfig, ports: ProviderPorts) {
    this.scope = `${config.region}/${config.applicationId}`;
    this.capabilities = emrServerlessCapabilities(config);
    this.#config = config;
    this.#ports = ports;
    this.#calls = new EmrServerlessSdkCalls(config);
    this.#runner = new CallRunner({
      place: this,
      clock: ports.clock,
      sessionId: SESSION_ID,
      toError: toSessionError,
    });
  }

  async start(request: StartRequest, call: CallContext): Promise<Observation> {
    const progress = { isAsked: false };
    try {
      return await this.#runner.run({ operation: 'start', call }, async (signal) => {
        const input = toStartInput(request, this.#config);
        if (this.#config.startApplication) {
          await startAndWait({ calls: this.#calls, clock: this.#ports.clock }, signal);
        }
        progress.isAsked = true;
        const { sessionId: id } = await this.#calls.startSession(input, signal);
        if (id === undefined || id === '') throw this.#unreadable('start', 'names no session');
        return this.#lookAtStarted(this.#handle(id), request, signal);
      });
    } catch (error) {
      // The application was driven first: whatever became of that, no session was asked for.
      if (SessionError.is(error) && !progress.isAsked) throw error.with({ effect: 'none' });
      throw await this.#explainRefusal(error, request, call);
    }
  }

  describe(handle: SessionHandle, call: CallContext): Promise<Observation> {
    return this.#runner.run({ operation: 'describe', handle, call }, (signal) => this.#look(handle, signal));
  }

  async listPage(filter: ListFilter, cursor: Cursor | undefined, call: CallContext): Promise<SessionPage> {
    const states = liveNativeStates(filter.states ?? SESSION_STATES);
    if (states.length === 0) return { observations: [] };
    const { createdAfterMs } = filter;
    return this.#runner.run({ operation: 'listPage', call }, async (signal) => {
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
        const observation = fromSummary(summary, this.#context(this.#handle(id)));
        const { createdAtMs = Number.POSITIVE_INFINITY } = observation.details;
        return createdAtMs >= (createdAfterMs ?? Number.NEGATIVE_INFINITY) ? [observation] : [];
      });
      return { observations, ...(page.nextToken && { next: page.nextToken }) };
    });
  }

  async terminate(handle: SessionHandle, call: CallContext): Promise<Observation> {
    try {
      return await this.#runner.run({ operation: 'terminate', handle, call }, async (signal) => {
        await this.#calls.terminateSession(handle.id, signal);
        return this.#lookAtTerminated(handle, signal);
      });
    } catch (error) {
      if (SessionError.is(error, 'not-found')) return notFoundObservation(this.#context(handle));
      if (!isServiceRefusal(error)) throw error;
      return this.#orRefused(handle, error, call);
    }
  }

  async endpoint(handle: SessionHandle, call: CallContext): Promise<ConnectEndpoint> {
    try {
      return await this.#runner.run({ operation: 'endpoint', handle, call }, async (signal) => {
        const endpoint = toConnectEndpoint(await this.#calls.getSessionEndpoint(handle.id, signal));
        if (endpoint === undefined) throw notReadyError(handle, 'has no endpoint yet');
        return endpoint;
      });
    } catch (error) {
      if (!isServiceRefusal(error)) throw error;
      throw await this.#runner.run({ operation: 'endpoint', handle, call }, async (signal) =>
        explainRefusal(error, await this.#look(handle, signal)),
      );
    }
  }

  dashboard(handle: SessionHandle, call: CallContext): Promise<Dashboard> {
    return this.#runner.run({ operation: 'dashboard', handle, call }, async (signal) => {
      const { url } = await this.#calls.getSessionDashboard(handle.id, signal);
      if (url === undefined || url === '') throw this.#unreadable('dashboard', 'holds no URL');
      return { url, expiresAtMs: this.#ports.clock.nowMs() + DASHBOARD_LIFETIME_MS };
    });
  }

  async close(): Promise<void> {
    this.#calls.close();
  }

  async #look(handle: SessionHandle, signal: AbortSignal): Promise<Observation> {
    const { session } = await this.#calls.getSession(handle.id, signal);
    if (session === undefined) throw this.#unreadable('describe', 'names no session');
    return fromSession(session, this.#context(handle));
  }

  /**
   * StartSession answers without a state, and a repeated start may answer about a session that has ended since: so it is looked
   * at. When that fails the start has succeeded all the same.
   */
  async #lookAtStarted(handle: SessionHandle, request: StartRequest, signal: AbortSignal): Promise<Observation> {
    const { owner, token, name } = request;
    const submitted = fromState('SUBMITTED', this.#context(handle), {
      ownership: { owner, token },
      ...(name !== undefined && { name }),
    });
    return this.#look(handle, signal).catch(() => submitted);
  }

  /** TerminateSession answers without a state, too. */
  async #lookAtTerminated(handle: SessionHandle, signal: AbortSignal): Promise<Observation> {
    const terminating = fromState('TERMINATING', this.#context(handle));
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
      const seen = await this.#runner.run({ operation: 'terminate', handle, call }, (signal) =>
        this.#look(handle, signal),
      );
      if (seen.final) return seen;
    } catch (error) {
      if (SessionError.is(error, 'not-found')) return notFoundObservation(this.#context(handle));
    }
    throw refused;
  }

  /** A start is refused because its token is taken, or because of the application: what the service leaves open is looked up. */
  async #explainRefusal(error: unknown, { token }: StartRequest, call: CallContext): Promise<unknown> {
    if (!isServiceRefusal(error) || error.kind === 'not-found') return error;
    try {
      const clash = await explainByTokenConflict(error, token, { provider: this, call });
      if (clash !== undefined) return clash;
      const { application } = await this.#runner.run({ operation: 'start', call }, (signal) =>
        this.#calls.getApplication(signal),
      );
      const problem = application && (whyNoSessions(application) ?? whyNotStartable(application));
      return problem?.with({ native: error.native, cause: error }) ?? error;
    } catch {
      // Nothing was learnt: the refusal stands as it is.
      return error;
    }
  }

  #context(handle: SessionHandle): ObservationContext {
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
