import type { Observation } from '../../src/contract/observation.ts';
import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import type { SessionError } from '../../src/contract/session-error.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { Cursor, ListFilter } from '../../src/contract/session-provider.ts';
import { SESSION_STATES } from '../../src/contract/session-state.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import type { ServiceCall } from '../../src/provider-kit/call-runner.ts';
import { notReadyError } from '../../src/provider-kit/observation.ts';
import type { StateFacts } from '../../src/provider-kit/states.ts';
import type { ProxyAddress } from '../_aws/proxy-endpoint.ts';
import type { NativePage, NativeSession, SessionService } from '../_aws/session-service.ts';
import { emrEc2Capabilities, MAX_SESSIONS, TOKEN_LIFETIME_MS } from './capabilities.ts';
import { emrClient, type EmrClient } from './client.ts';
import { endOf, fullError, whyNoSessions } from './cluster.ts';
import { toSessionError } from './errors.ts';
import { fromSession } from './observation.ts';
import type { EmrEc2Config } from './options.ts';
import { toStartInput } from './start-input.ts';
import { EMR_EC2_STATES } from './states.ts';

/** The session API of EMR on EC2. */
export class EmrEc2Sessions implements SessionService {
  readonly id = 'emr-ec2';
  readonly name = 'EMR';
  readonly scope;
  readonly capabilities;
  readonly time;
  /** The model allows any 256 characters; the guide shows `is-` and 13 letters and digits. */
  readonly sessionId = { pattern: /^[0-9A-Za-z-]{1,256}$/, words: '1 to 256 letters, digits and hyphens' };
  readonly firstStates = ['SUBMITTED'];
  readonly endingState = 'TERMINATING';
  readonly toSessionError = toSessionError;
  readonly #config: EmrEc2Config;
  readonly #ports: ProviderPorts;
  readonly #client: EmrClient;

  constructor(config: EmrEc2Config, ports: ProviderPorts) {
    this.scope = `${config.region}/${config.clusterId}`;
    this.capabilities = emrEc2Capabilities(config);
    this.#config = config;
    this.#ports = ports;
    this.#client = emrClient(config, ports.exchanges);
    this.time = this.#client.time;
  }

  stateFacts({ state }: NativeSession): StateFacts | undefined {
    return EMR_EC2_STATES.facts(state ?? '');
  }

  async prepareStart(request: StartRequest, call: ServiceCall): ReturnType<SessionService['prepareStart']> {
    const input = toStartInput(request, this.#config);
    return async () => {
      const { Id: id } = await this.#client.send('StartSession', input, call);
      // A repeated start returns the first answer with its state, and the session may have ended since.
      return { id, state: undefined };
    };
  }

  async get({ id }: SessionHandle, call: ServiceCall): Promise<NativeSession | undefined> {
    const { Session: session } = await this.#client.send('GetSession', this.#session(id), call);
    return session && fromSession(session);
  }

  async list(filter: ListFilter, cursor: Cursor | undefined, call: ServiceCall): Promise<NativePage> {
    const states = EMR_EC2_STATES.live(filter.states ?? SESSION_STATES);
    if (states.length === 0) return { sessions: [] };
    const page = await this.#client.send(
      'ListSessions',
      {
        ClusterId: this.#config.clusterId,
        SessionStates: states,
        MaxResults: this.capabilities.listPageSize,
        ...(cursor !== undefined && { NextToken: cursor }),
      },
      call,
    );
    return { sessions: (page.Sessions ?? []).map(fromSession), next: page.NextToken };
  }

  async terminate(id: string, call: ServiceCall): Promise<string | undefined> {
    return (await this.#client.send('TerminateSession', this.#session(id), call)).State;
  }

  /**
   * AWS's proxy needs the id of the session besides the token; the credentials of the cluster go with the token or replace it.
   * @see https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-spark-connect-sessions.html (read 2026-11-30)
   */
  async endpoint(id: string, call: ServiceCall): Promise<ProxyAddress> {
    const answer = await this.#client.send('GetSessionEndpoint', this.#session(id), call);
    const { Endpoint: address, AuthToken: token, AuthTokenExpirationTime: expires, Credentials: credentials } = answer;
    const { Username: user = '', Password: password = '' } = credentials?.UsernamePassword ?? {};
    const isOpen = (token ?? '') !== '' || password !== '';
    return {
      address,
      token,
      // Only a token has a time; credentials without one are read again as often.
      expires: expires ?? (password === '' ? undefined : new Date(this.#ports.clock.nowMs() + TOKEN_LIFETIME_MS)),
      metadata: isOpen
        ? { authorization: id, ...(password !== '' && { 'x-emr-username': user, 'x-emr-password': password }) }
        : undefined,
    };
  }

  /** A session that ends with its cluster may have no reason; then the cluster has one. */
  async resolveState(seen: Observation, call: ServiceCall): Promise<Observation> {
    const isEnding = seen.state === 'terminated' || seen.state === 'failed';
    if (!isEnding || seen.reason !== undefined) return seen;
    const cluster = await this.#describeCluster(call).catch(() => undefined);
    const reason = cluster && endOf(cluster);
    return reason === undefined ? seen : { ...seen, reason };
  }

  /** A start may be refused because of its cluster. */
  async explainStartRefusal(call: ServiceCall): Promise<SessionError | undefined> {
    const cluster = await this.#describeCluster(call);
    return (cluster && whyNoSessions(cluster)) ?? this.#whyFull(call);
  }

  /** The guide waits for IDLE; whether STARTED has an endpoint is not documented. */
  explainMissingEndpoint({ handle, nativeState }: Observation): SessionError | undefined {
    return nativeState === 'STARTED' ? notReadyError(handle, 'is STARTED') : undefined;
  }

  close(): void {
    this.#client.close();
  }

  /** EMR refuses a start on a full cluster with the code for every mistake: the live sessions are counted. */
  async #whyFull(call: ServiceCall): Promise<SessionError | undefined> {
    let cursor: Cursor | undefined;
    let count = 0;
    // A page may be empty although more follow.
    for (let page = 0; page <= MAX_SESSIONS / this.capabilities.listPageSize && count < MAX_SESSIONS; page++) {
      const { sessions, next } = await this.list({}, cursor, call);
      count += sessions.length;
      if (next === undefined) break;
      cursor = next;
    }
    return count < MAX_SESSIONS ? undefined : fullError(this.#config.clusterId);
  }

  async #describeCluster(call: ServiceCall) {
    return (await this.#client.send('DescribeCluster', { ClusterId: this.#config.clusterId }, call)).Cluster;
  }

  #session(id: string) {
    return { ClusterId: this.#config.clusterId, SessionId: id };
  }
}
