import type { CalculationRunner } from '../../src/contract/calculation-runner.ts';
import type { Observation } from '../../src/contract/observation.ts';
import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { Cursor, ListFilter, SessionProvider } from '../../src/contract/session-provider.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import type { CallRunner, ServiceCall } from '../../src/provider-kit/call-runner.ts';
import { isServiceRefusal } from '../../src/provider-kit/refused-session.ts';
import { toProxyEndpoint, type ProxyAddress } from '../_aws/proxy-endpoint.ts';
import type { NativePage, NativeSession, SessionService } from '../_aws/session-service.ts';
import { CalculationOutputs } from './calculation-outputs.ts';
import { AthenaCalculations } from './calculations.ts';
import { athenaCapabilities } from './capabilities.ts';
import { athenaClient, type AthenaClient } from './client.ts';
import { toDashboardArn } from './dashboard-arn.ts';
import { toSessionError } from './errors.ts';
import { formatCursor, parseCursor, toListings } from './list-cursor.ts';
import { engineOf, fromSession, fromSummary } from './observation.ts';
import type { AthenaConfig, AthenaEngine } from './options.ts';
import { toStartInput } from './start-input.ts';
import { toStateFacts } from './states.ts';
import type { StateFacts } from '../../src/provider-kit/states.ts';
import { WorkgroupReader } from './workgroup.ts';

/** The session API of Athena. */
export class AthenaSessions implements SessionService {
  readonly id = 'athena';
  readonly name = 'Athena';
  readonly scope;
  readonly capabilities;
  readonly time;
  /** @see https://docs.aws.amazon.com/athena/latest/APIReference/API_GetSession.html (read 2026-11-20) */
  readonly sessionId = { pattern: /^.{1,256}$/s, words: '1 to 256 characters' };
  readonly firstStates = ['CREATING', 'CREATED'];
  readonly endingState = 'TERMINATING';
  /** Not documented: the link is for immediate use. */
  readonly dashboardLifetimeMs = 5 * 60_000;
  readonly toSessionError = toSessionError;
  readonly #config: AthenaConfig;
  readonly #ports: ProviderPorts;
  readonly #client: AthenaClient;
  readonly #workgroup: WorkgroupReader;
  #outputs: CalculationOutputs | undefined;

  constructor(config: AthenaConfig, ports: ProviderPorts) {
    this.scope = `${config.region}/${config.workgroup}`;
    this.capabilities = athenaCapabilities(config);
    this.#config = config;
    this.#ports = ports;
    this.#client = athenaClient(config, ports.exchanges);
    this.time = this.#client.time;
    this.#workgroup = new WorkgroupReader(this.#client, config.workgroup);
  }

  stateFacts({ state, engineVersion }: NativeSession): StateFacts | undefined {
    return toStateFacts(state ?? '', this.#engineOf(engineVersion));
  }

  async prepareStart(request: StartRequest, call: ServiceCall): ReturnType<SessionService['prepareStart']> {
    const engine = this.#engineOf(undefined) ?? (await this.#workgroup.engine(call));
    const input = toStartInput(request, this.#config, engine);
    return async () => {
      const { SessionId: id, State: state } = await this.#client.send('StartSession', input, call);
      return { id, state };
    };
  }

  async get({ id, ...handle }: SessionHandle, call: ServiceCall): Promise<NativeSession> {
    const session = await this.#client.send('GetSession', { SessionId: id }, call);
    const { WorkGroup: workgroup = this.#config.workgroup } = session;
    if (workgroup === this.#config.workgroup) return fromSession(session);
    throw new SessionError('not-found', `session ${id} is in workgroup '${workgroup}', not in ${this.scope}`, {
      operation: 'describe',
      handle: { ...handle, id },
    });
  }

  async list(filter: ListFilter, cursor: Cursor | undefined, call: ServiceCall): Promise<NativePage> {
    const listings = toListings(filter.states);
    const { listing, token } = parseCursor(cursor, listings.length);
    const current = listings[listing];
    if (current === undefined) return { sessions: [] };
    const page = await this.#client.send(
      'ListSessions',
      {
        WorkGroup: this.#config.workgroup,
        MaxResults: this.capabilities.listPageSize,
        ...(current.stateFilter !== undefined && { StateFilter: current.stateFilter }),
        ...(token !== undefined && { NextToken: token }),
      },
      call,
    );
    const isIn = (state: string | undefined) => (keeps: readonly string[]) =>
      state !== undefined && keeps.includes(state);
    const sessions = (page.Sessions ?? []).map(fromSummary).filter(({ state }) => {
      const isKeptBy = isIn(state);
      // A session in an unknown state belongs to no listing and is shown in each.
      return isKeptBy(current.keeps) || !toListings().some(({ keeps }) => isKeptBy(keeps));
    });
    if (page.NextToken) return { sessions, next: formatCursor({ listing, token: page.NextToken }) };
    const isLast = listing + 1 >= listings.length;
    return { sessions, next: isLast ? undefined : formatCursor({ listing: listing + 1, token: undefined }) };
  }

  async listEnded(call: ServiceCall): Promise<readonly string[]> {
    const ids: string[] = [];
    let token: string | undefined;
    do {
      const input = { WorkGroup: this.#config.workgroup, StateFilter: 'TERMINATED' as const };
      const page = await this.#client.send('ListSessions', { ...input, ...(token && { NextToken: token }) }, call);
      ids.push(...(page.Sessions ?? []).flatMap(({ SessionId: id }) => id ?? []));
      token = page.NextToken;
    } while (token);
    return ids;
  }

  async terminate(id: string, call: ServiceCall): Promise<string | undefined> {
    return (await this.#client.send('TerminateSession', { SessionId: id }, call)).State;
  }

  async endpoint(id: string, call: ServiceCall): Promise<ProxyAddress> {
    const answer = await this.#client.send('GetSessionEndpoint', { SessionId: id }, call);
    return { address: answer.EndpointUrl, token: answer.AuthToken, expires: answer.AuthTokenExpirationTime };
  }

  async dashboardUrl(handle: SessionHandle, call: ServiceCall): Promise<string | undefined> {
    const arn = await this.#dashboardArn(handle, call);
    return (await this.#client.send('GetResourceDashboard', { ResourceARN: arn }, call)).Url;
  }

  readyWithEndpoint({ nativeState, details }: Observation): boolean {
    return nativeState === 'CREATED' && this.#engineOf(details.engineVersion) === 'spark-3.5';
  }

  /**
   * CREATED on Spark 3.5 is ready as soon as there is an endpoint, which only GetSessionEndpoint reports (decision 14). A refusal or a
   * temporary error means that there is none yet. Other errors, such as a missing permission, would hide the endpoint forever.
   */
  async resolveState(seen: Observation, call: ServiceCall): Promise<Observation> {
    const { handle } = seen;
    if (!this.readyWithEndpoint(seen)) return seen;
    try {
      const endpoint = toProxyEndpoint(await this.endpoint(handle.id, call), this.id);
      return endpoint === undefined ? seen : { ...seen, state: 'ready', acceptsWork: true };
    } catch (thrown) {
      const failed = { operation: 'endpoint', handle, scope: this.scope, nowMs: this.#ports.clock.nowMs() } as const;
      const error = toSessionError(thrown, failed);
      const isRefusal: boolean = isServiceRefusal(error);
      if (error.retry === 'permanent' && !isRefusal) throw error.with({ operation: 'describe' });
      return seen;
    }
  }

  explainMissingEndpoint({ handle, details }: Observation, refused: SessionError): SessionError | undefined {
    if (this.#engineOf(details.engineVersion) !== 'pyspark-v3') return undefined;
    return new SessionError(
      'unsupported',
      `session ${handle.id} runs ${details.engineVersion ?? 'PySpark 3'}, which has no Spark Connect; ` +
        'use a workgroup with Apache Spark version 3.5, or set `engine: pyspark-v3` to work without it',
      { operation: 'endpoint', provider: this.id, handle, native: refused.native, cause: refused },
    );
  }

  calculations(provider: Pick<SessionProvider, 'describe'>, runner: CallRunner): CalculationRunner {
    const { clock } = this.#ports;
    const outputs = new CalculationOutputs({ config: this.#config, runner, clock, scope: this.scope });
    this.#outputs = outputs;
    return new AthenaCalculations({ provider, client: this.#client, runner, clock, outputs });
  }

  close(): void {
    this.#outputs?.close();
    this.#client.close();
  }

  async #dashboardArn(handle: SessionHandle, call: ServiceCall): Promise<string> {
    const { region, workgroup, executionRoleArn } = this.#config;
    const place = { region, workgroup, sessionId: handle.id };
    const arn =
      toDashboardArn(place, executionRoleArn) ??
      toDashboardArn(place, (await this.#workgroup.read(call)).Configuration?.ExecutionRole);
    if (arn !== undefined) return arn;
    throw new SessionError(
      'invalid-request',
      `cannot find the account of workgroup '${workgroup}', because it has no execution role; set the option \`executionRoleArn\``,
      { operation: 'dashboard', provider: this.id, handle },
    );
  }

  /** The engine of a session: its own where an answer names it, else the configured one. */
  #engineOf(versionName: string | undefined): AthenaEngine | undefined {
    const { engine } = this.#config;
    return engineOf(versionName) ?? (engine === 'auto' ? undefined : engine);
  }
}
