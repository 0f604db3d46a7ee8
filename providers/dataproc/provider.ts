import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { Observation } from '../../src/contract/observation.ts';
import { ownershipIn } from '../../src/contract/ownership.ts';
import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import { HANDLE_VERSION, type SessionHandle } from '../../src/contract/session-handle.ts';
import type {
  ConnectEndpoint,
  Cursor,
  ListFilter,
  SessionPage,
  SessionProvider,
} from '../../src/contract/session-provider.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { ProviderOperation } from '../../src/contract/operations.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import { CallRunner, type CallSubject } from '../../src/provider-kit/call-runner.ts';
import {
  describeOrFind,
  endedAfterRefusal,
  goneError,
  isServiceRefusal,
} from '../../src/provider-kit/refused-session.ts';
import { dataprocCapabilities } from './capabilities.ts';
import { toConnectEndpoint } from './connect-endpoint.ts';
import { DataprocClient, type NativeSession } from './client.ts';
import { terminateAndWait, type SessionTarget } from './terminate-and-wait.ts';
import { toSessionError } from './errors.ts';
import { toNativeFilter } from './list-filter.ts';
import { fromSession } from './observation.ts';
import { notFoundObservation, type ObservationContext } from '../../src/provider-kit/observation.ts';
import type { DataprocConfig } from './options.ts';
import { startNamed } from './start-by-name.ts';
import { toSessionInput } from './start-input.ts';
import type { DataprocCall } from './transport.ts';

/** @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessions/create (read 2026-11-20) */
const SESSION_ID = {
  pattern: /^[a-z0-9][a-z0-9-]{2,61}[a-z0-9]$/,
  words: '4 to 63 characters of a-z, 0-9 and hyphens, without a hyphen at the ends',
};

/** The time limit of one request: a gRPC call without a deadline waits forever. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Interactive sessions of one project and region of Dataproc. */
export class DataprocProvider implements SessionProvider {
  readonly id = 'dataproc';
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly endpoint?: NonNullable<SessionProvider['endpoint']>;
  readonly #config: DataprocConfig;
  readonly #ports: ProviderPorts;
  readonly #client: DataprocClient;
  readonly #runner: CallRunner;

  constructor(config: DataprocConfig, ports: ProviderPorts) {
    this.scope = `${config.project}/${config.region}`;
    this.capabilities = dataprocCapabilities(config);
    this.#config = config;
    this.#ports = ports;
    this.#client = new DataprocClient(config, ports.clock, ports.exchanges);
    this.#runner = new CallRunner({
      place: this,
      clock: ports.clock,
      requests: ports.requests,
      sessionId: SESSION_ID,
      toError: toSessionError,
    });
    if (this.capabilities.sparkConnect) this.endpoint = (handle, call) => this.#openEndpoint(handle, call);
  }

  start(request: StartRequest, call: CallContext): Promise<Observation> {
    return this.#run({ operation: 'start', call }, (sub) => {
      const { token: id } = request;
      const session = toSessionInput(request, this.#config);
      const { deleteRecord } = this.#config;
      return startNamed(this.#target(this.#handle(id), sub), {
        ownership: ownershipIn(request),
        session,
        deleteRecord,
      });
    });
  }

  async describe(handle: SessionHandle, call: CallContext): Promise<Observation> {
    const seen = await describeOrFind(() => this.#getFor('describe', handle, call), { provider: this, handle, call });
    if (seen === undefined) throw goneError(handle, 'describe');
    return seen;
  }

  async listPage(filter: ListFilter, cursor: Cursor | undefined, call: CallContext): Promise<SessionPage> {
    const nativeFilter = toNativeFilter(filter);
    if (nativeFilter === undefined) return { observations: [] };
    return this.#run({ operation: 'listPage', call }, async (sub) => {
      const request = { pageSize: this.capabilities.listPageSize, pageToken: cursor ?? '', filter: nativeFilter };
      const { sessions, nextPageToken } = await this.#client.inParent('listSessions', request, sub);
      const observations = (sessions ?? []).flatMap((session) => this.#observeListed(session, filter));
      return { observations, ...(nextPageToken && { next: nextPageToken }) };
    });
  }

  async terminate(handle: SessionHandle, call: CallContext): Promise<Observation> {
    try {
      return await this.#run({ operation: 'terminate', handle, call }, (sub) =>
        terminateAndWait(this.#target(handle, sub)),
      );
    } catch (error) {
      if (!isServiceRefusal(error)) throw error;
      const ask = (): Promise<Observation> => this.#getFor('terminate', handle, call);
      const seen = await endedAfterRefusal(error, ask, { provider: this, handle, call });
      return seen ?? notFoundObservation('Dataproc', this.#context(handle));
    }
  }

  #openEndpoint(handle: SessionHandle, call: CallContext): Promise<ConnectEndpoint> {
    return this.#run({ operation: 'endpoint', handle, call }, async (sub) => {
      const session = await this.#client.ofSession('getSession', { id: handle.id }, sub);
      const bearer = await this.#client.bearer();
      return toConnectEndpoint(session, { handle, bearer, tls: this.#config.endpoint.tls });
    });
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  #getFor(operation: ProviderOperation, handle: SessionHandle, call: CallContext): Promise<Observation> {
    return this.#run({ operation, handle, call }, async (sub) =>
      fromSession(await this.#client.ofSession('getSession', { id: handle.id }, sub), this.#context(handle)),
    );
  }

  #run<Answer>(subject: CallSubject, work: (call: DataprocCall) => Promise<Answer>): Promise<Answer> {
    const leftMs = subject.call.deadline - this.#ports.clock.monotonicMs();
    const timeoutMs = Math.min(REQUEST_TIMEOUT_MS, leftMs);
    return this.#runner.run(subject, (call) => work({ ...call, timeoutMs }));
  }

  #target(handle: SessionHandle, call: DataprocCall): SessionTarget {
    return {
      id: handle.id,
      client: this.#client,
      clock: this.#ports.clock,
      call,
      context: () => this.#context(handle),
    };
  }

  /** The native filter is coarser than ours: ACTIVE is ready or still creating, and its times have no milliseconds. */
  #observeListed(session: NativeSession, { states, createdAfterMs }: ListFilter): readonly Observation[] {
    const id = session.name?.split('/').at(-1) ?? '';
    if (id === '') return [];
    const observation = fromSession(session, this.#context(this.#handle(id)));
    const { state, details } = observation;
    const { createdAtMs = Number.POSITIVE_INFINITY } = details;
    if (createdAtMs < (createdAfterMs ?? Number.NEGATIVE_INFINITY)) return [];
    return states === undefined || (state !== undefined && states.includes(state)) ? [observation] : [];
  }

  #context(handle: SessionHandle): ObservationContext {
    return { handle, observedAtMs: this.#ports.clock.nowMs(), serviceTimeMs: this.#client.time.lastMs };
  }

  #handle(id: string): SessionHandle {
    return { v: HANDLE_VERSION, provider: this.id, scope: this.scope, id };
  }
}
