import type { CalculationRunner } from '../../src/contract/calculation-runner.ts';
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
import type { StartRequest } from '../../src/contract/start-request.ts';
import { notReadyError } from '../_aws/proxy-endpoint.ts';
import { CallRunner } from '../../src/provider-kit/call-runner.ts';
import { explainByTokenConflict, isServiceRefusal } from '../../src/provider-kit/token-conflict.ts';
import { AthenaCalculations } from './calculations.ts';
import { athenaCapabilities, hasSparkConnect } from './capabilities.ts';
import { AthenaSdkCalls, type AthenaCalls } from './client.ts';
import { explainEndpointRefusal, toConnectEndpoint } from './connect-endpoint.ts';
import { toSessionError } from './errors.ts';
import { formatCursor, parseCursor, toListings } from './list-cursor.ts';
import {
  engineOf,
  fromSession,
  fromState,
  fromSummary,
  notFoundObservation,
  type ObservationContext,
} from './observation.ts';
import type { AthenaConfig, AthenaEngine } from './options.ts';
import { toDashboardArn } from './dashboard-arn.ts';
import { toStartInput } from './start-input.ts';
import { WorkgroupReader } from './workgroup.ts';

/** @see https://docs.aws.amazon.com/athena/latest/APIReference/API_GetSession.html (read 2026-11-20) */
const SESSION_ID = { pattern: /^.{1,256}$/s, words: 'a text of 1 to 256 characters' };

/** Nobody says how long a dashboard link lasts: it is made to be opened now. */
const DASHBOARD_LIFETIME_MS = 5 * 60_000;

/** Sessions of Athena for Apache Spark in one workgroup. */
export class AthenaProvider implements SessionProvider {
  readonly id = 'athena';
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly calculations?: CalculationRunner;
  readonly endpoint?: (handle: SessionHandle, call: CallContext) => Promise<ConnectEndpoint>;
  readonly #config: AthenaConfig;
  readonly #ports: ProviderPorts;
  readonly #calls: AthenaCalls;
  readonly #workgroup: WorkgroupReader;
  readonly #runner: CallRunner;

  constructor(config: AthenaConfig, ports: ProviderPorts) {
    this.scope = `${config.region}/${config.workgroup}`;
    this.capabilities = athenaCapabilities(config);
    this.#config = config;
    this.#ports = ports;
    this.#calls = new AthenaSdkCalls(config);
    this.#workgroup = new WorkgroupReader(this.#calls, config.workgroup);
    const { clock } = ports;
    const runner = new CallRunner({ place: this, clock, sessionId: SESSION_ID, toError: toSessionError });
    this.#runner = runner;
    if (this.capabilities.calculations) {
      this.calculations = new AthenaCalculations({ provider: this, calls: this.#calls, runner, clock });
    }
    if (hasSparkConnect(config.engine)) this.endpoint = (handle, call) => this.#openEndpoint(handle, call);
  }

  start(request: StartRequest, call: CallContext): Promise<Observation> {
    let asked = false;
    return this.#runner
      .run({ operation: 'start', call }, async (signal) => {
        const engine = await this.#startEngine(signal);
        const input = toStartInput(request, this.#config, engine);
        asked = true;
        const { SessionId: id, State: state } = await this.#calls.startSession(input, signal);
        if (id === undefined || id === '') throw this.#unreadable('start', 'names no session');
        const { owner, token, name } = request;
        const details = { ownership: { owner, token }, ...(name !== undefined && { name }) };
        return fromState(state, this.#context(this.#handle(id), engine), details);
      })
      .catch(async (error: unknown) => {
        // The workgroup was read first: whatever became of that, no session was asked for.
        if (SessionError.is(error) && !asked) throw error.with({ effect: 'none' });
        throw await this.#explainRefusal(error, request, call);
      });
  }

  describe(handle: SessionHandle, call: CallContext): Promise<Observation> {
    return this.#runner.run({ operation: 'describe', handle, call }, (signal) => this.#look(handle, signal));
  }

  listPage(filter: ListFilter, cursor: Cursor | undefined, call: CallContext): Promise<SessionPage> {
    return this.#runner.run({ operation: 'listPage', call }, async (signal) => {
      const listings = toListings(filter.states);
      const { listing, token } = parseCursor(cursor, listings.length);
      const current = listings[listing];
      if (current === undefined) return { observations: [] };
      const page = await this.#calls.listSessions(
        {
          WorkGroup: this.#config.workgroup,
          MaxResults: this.capabilities.listPageSize,
          ...(current.stateFilter !== undefined && { StateFilter: current.stateFilter }),
          ...(token !== undefined && { NextToken: token }),
        },
        signal,
      );
      const seen = (page.Sessions ?? []).flatMap((summary) => {
        const { SessionId: id, Status: status } = summary;
        if (id === undefined || id === '') return [];
        // A state that no table knows is kept: it is somebody's session all the same.
        const isElsewhere = toListings().some(({ keeps }) => keeps.some((native) => native === status?.State));
        const isKept = current.keeps.some((native) => native === status?.State) || !isElsewhere;
        const context = this.#context(this.#handle(id), engineOf(summary.EngineVersion?.EffectiveEngineVersion));
        return isKept ? [fromSummary(summary, context)] : [];
      });
      const observations = await Promise.all(seen.map((each) => this.#resolveCreatedState(each, signal)));
      const next = page.NextToken
        ? { listing, token: page.NextToken }
        : listing + 1 < listings.length
          ? { listing: listing + 1, token: undefined }
          : undefined;
      return { observations, ...(next !== undefined && { next: formatCursor(next) }) };
    });
  }

  async terminate(handle: SessionHandle, call: CallContext): Promise<Observation> {
    try {
      return await this.#runner.run({ operation: 'terminate', handle, call }, async (signal) => {
        const { State: state } = await this.#calls.terminateSession(handle.id, signal);
        return fromState(state, this.#context(handle, undefined));
      });
    } catch (error) {
      if (SessionError.is(error, 'not-found')) return notFoundObservation(this.#context(handle, undefined));
      throw error;
    }
  }

  dashboard(handle: SessionHandle, call: CallContext): Promise<Dashboard> {
    return this.#runner.run({ operation: 'dashboard', handle, call }, async (signal) => {
      const arn = await this.#dashboardArn(handle, signal);
      const { Url: url } = await this.#calls.getResourceDashboard(arn, signal);
      if (url === undefined || url === '') throw this.#unreadable('dashboard', 'holds no URL');
      return { url, expiresAtMs: this.#ports.clock.nowMs() + DASHBOARD_LIFETIME_MS };
    });
  }

  async close(): Promise<void> {
    this.#calls.close();
  }

  async #look(handle: SessionHandle, signal: AbortSignal): Promise<Observation> {
    const session = await this.#calls.getSession(handle.id, signal);
    const { WorkGroup: workgroup, EngineVersion: version } = session;
    if (workgroup !== undefined && workgroup !== this.#config.workgroup) {
      throw new SessionError('not-found', `session ${handle.id} is in workgroup '${workgroup}', not in ${this.scope}`, {
        operation: 'describe',
        handle,
      });
    }
    return this.#resolveCreatedState(fromSession(session, this.#context(handle, engineOf(version))), signal);
  }

  /**
   * CREATED on Spark 3.5 is ready as soon as there is an endpoint, and only asking for it tells. Whatever the answer is,
   * a session without an endpoint is still being created.
   */
  async #resolveCreatedState(observation: Observation, signal: AbortSignal): Promise<Observation> {
    if (observation.nativeState !== 'CREATED') return observation;
    if ((engineOf(observation.details.engineVersion) ?? this.#configuredEngine()) !== 'spark-3.5') return observation;
    try {
      const endpoint = toConnectEndpoint(await this.#calls.getSessionEndpoint(observation.handle.id, signal));
      return endpoint === undefined ? observation : { ...observation, state: 'ready', acceptsWork: true };
    } catch {
      return observation;
    }
  }

  async #openEndpoint(handle: SessionHandle, call: CallContext): Promise<ConnectEndpoint> {
    try {
      return await this.#runner.run({ operation: 'endpoint', handle, call }, async (signal) => {
        const endpoint = toConnectEndpoint(await this.#calls.getSessionEndpoint(handle.id, signal));
        if (endpoint === undefined) throw notReadyError(handle, 'has no endpoint yet');
        return endpoint;
      });
    } catch (error) {
      if (!isServiceRefusal(error)) throw error;
      throw await this.#runner.run({ operation: 'endpoint', handle, call }, (signal) =>
        this.#whyNoEndpoint(handle, error, signal),
      );
    }
  }

  async #whyNoEndpoint(handle: SessionHandle, refused: SessionError, signal: AbortSignal): Promise<SessionError> {
    const session = await this.#calls.getSession(handle.id, signal).catch((error: unknown) => {
      const failed = { operation: 'describe', handle, scope: this.scope, nowMs: this.#ports.clock.nowMs() } as const;
      throw toSessionError(error, failed).with({ operation: 'endpoint' });
    });
    const engine = engineOf(session.EngineVersion) ?? this.#configuredEngine();
    return explainEndpointRefusal(refused, fromSession(session, this.#context(handle, engine)), engine);
  }

  async #dashboardArn(handle: SessionHandle, signal: AbortSignal): Promise<string> {
    const place = { region: this.#config.region, workgroup: this.#config.workgroup, sessionId: handle.id };
    const configured = toDashboardArn(place, this.#config.executionRoleArn);
    if (configured !== undefined) return configured;
    const { Configuration: configuration } = await this.#workgroup.read(signal);
    const arn = toDashboardArn(place, configuration?.ExecutionRole);
    if (arn !== undefined) return arn;
    throw new SessionError(
      'invalid-request',
      `the account of workgroup '${this.#config.workgroup}' is not known: neither it nor the option \`executionRoleArn\` names a role; set the option`,
      { operation: 'dashboard', provider: this.id, handle },
    );
  }

  async #explainRefusal(error: unknown, { token }: StartRequest, call: CallContext): Promise<unknown> {
    if (!isServiceRefusal(error) || error.kind === 'not-found') return error;
    try {
      return (await explainByTokenConflict(error, token, { provider: this, call })) ?? error;
    } catch {
      // Nothing was learnt: the refusal stands as it is.
      return error;
    }
  }

  async #startEngine(signal: AbortSignal): Promise<AthenaEngine> {
    return this.#configuredEngine() ?? this.#workgroup.engine(signal);
  }

  #configuredEngine(): AthenaEngine | undefined {
    return this.#config.engine === 'auto' ? undefined : this.#config.engine;
  }

  #context(handle: SessionHandle, engine: AthenaEngine | undefined): ObservationContext {
    return { handle, observedAtMs: this.#ports.clock.nowMs(), engine: engine ?? this.#configuredEngine() };
  }

  #handle(id: string): SessionHandle {
    return { v: HANDLE_VERSION, provider: this.id, scope: this.scope, id };
  }

  #unreadable(operation: ProviderOperation, what: string): SessionError {
    return new SessionError('unexpected', `Athena's answer to ${operation} ${what}; look before you repeat it`, {
      operation,
      provider: this.id,
      effect: operation === 'start' ? 'unknown' : 'none',
    });
  }
}
