import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import type { SessionError } from '../../src/contract/session-error.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { Cursor, ListFilter } from '../../src/contract/session-provider.ts';
import { SESSION_STATES } from '../../src/contract/session-state.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import type { ServiceCall } from '../../src/provider-kit/call-runner.ts';
import type { ProxyAddress } from '../_aws/proxy-endpoint.ts';
import type { NativePage, NativeSession, SessionService } from '../_aws/session-service.ts';
import { startAndWait, whyNoSessions, whyNotStartable } from './application.ts';
import { emrServerlessCapabilities } from './capabilities.ts';
import { emrServerlessClient, type EmrServerlessClient } from './client.ts';
import { toSessionError } from './errors.ts';
import { fromSession, fromSummary } from './observation.ts';
import type { EmrServerlessConfig } from './options.ts';
import { toStartInput } from './start-input.ts';
import { EMR_SERVERLESS_STATES } from './states.ts';
import type { StateFacts } from '../../src/provider-kit/states.ts';

/** The session API of EMR Serverless. StartSession and TerminateSession answer without a state. */
export class EmrServerlessSessions implements SessionService {
  readonly id = 'emr-serverless';
  readonly name = 'EMR Serverless';
  readonly scope;
  readonly capabilities;
  readonly time;
  /** @see https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_GetSession.html (read 2026-11-20) */
  readonly sessionId = { pattern: /^[0-9a-z]{1,64}$/, words: '1 to 64 characters of 0-9 and a-z' };
  readonly firstStates = ['SUBMITTED'];
  readonly endingState = 'TERMINATING';
  /** @see https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_GetResourceDashboard.html (read 2026-11-20) */
  readonly dashboardLifetimeMs = 3_600_000;
  readonly toSessionError = toSessionError;
  readonly #config: EmrServerlessConfig;
  readonly #ports: ProviderPorts;
  readonly #client: EmrServerlessClient;

  constructor(config: EmrServerlessConfig, ports: ProviderPorts) {
    this.scope = `${config.region}/${config.applicationId}`;
    this.capabilities = emrServerlessCapabilities(config);
    this.#config = config;
    this.#ports = ports;
    this.#client = emrServerlessClient(config, ports.exchanges);
    this.time = this.#client.time;
  }

  stateFacts({ state }: NativeSession): StateFacts | undefined {
    return EMR_SERVERLESS_STATES.facts(state ?? '');
  }

  async prepareStart(request: StartRequest, call: ServiceCall): ReturnType<SessionService['prepareStart']> {
    const { applicationId, startApplication } = this.#config;
    const input = toStartInput(request, this.#config);
    const { clock } = this.#ports;
    if (startApplication) await startAndWait({ client: this.#client, applicationId, clock }, call);
    return async () => {
      const { sessionId: id } = await this.#client.send('StartSession', input, call);
      return { id, state: undefined };
    };
  }

  async get({ id }: SessionHandle, call: ServiceCall): Promise<NativeSession | undefined> {
    const { session } = await this.#client.send('GetSession', this.#session(id), call);
    return session && fromSession(session);
  }

  async list(filter: ListFilter, cursor: Cursor | undefined, call: ServiceCall): Promise<NativePage> {
    const states = EMR_SERVERLESS_STATES.live(filter.states ?? SESSION_STATES);
    if (states.length === 0) return { sessions: [] };
    const { createdAfterMs } = filter;
    const page = await this.#client.send(
      'ListSessions',
      {
        applicationId: this.#config.applicationId,
        states,
        maxResults: this.capabilities.listPageSize,
        // "After" may exclude the very millisecond: ask for one earlier; the provider drops what is too early.
        ...(createdAfterMs !== undefined && { createdAtAfter: new Date(createdAfterMs - 1) }),
        ...(cursor !== undefined && { nextToken: cursor }),
      },
      call,
    );
    return { sessions: (page.sessions ?? []).map(fromSummary), next: page.nextToken };
  }

  async terminate(id: string, call: ServiceCall): Promise<undefined> {
    await this.#client.send('TerminateSession', this.#session(id), call);
  }

  async endpoint(id: string, call: ServiceCall): Promise<ProxyAddress> {
    const answer = await this.#client.send('GetSessionEndpoint', this.#session(id), call);
    return { address: answer.endpoint, token: answer.authToken, expires: answer.authTokenExpiresAt };
  }

  async dashboardUrl({ id }: SessionHandle, call: ServiceCall): Promise<string | undefined> {
    const { applicationId } = this.#config;
    const input = { applicationId, resourceId: id, resourceType: 'SESSION' as const };
    return (await this.#client.send('GetResourceDashboard', input, call)).url;
  }

  /** A start may be refused because of its application. */
  async explainStartRefusal(call: ServiceCall): Promise<SessionError | undefined> {
    const { applicationId } = this.#config;
    const { application } = await this.#client.send('GetApplication', { applicationId }, call);
    return application && (whyNoSessions(application) ?? whyNotStartable(application));
  }

  close(): void {
    this.#client.close();
  }

  #session(sessionId: string) {
    return { applicationId: this.#config.applicationId, sessionId };
  }
}
