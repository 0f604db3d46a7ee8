import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { Observation } from '../../src/contract/observation.ts';
import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { HANDLE_VERSION, type SessionHandle } from '../../src/contract/session-handle.ts';
import type {
  CallContext,
  Cursor,
  ListFilter,
  SessionPage,
  SessionProvider,
} from '../../src/contract/session-provider.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import { CallRunner, type CallSubject } from '../../src/provider-kit/call-runner.ts';
import { dataprocCapabilities } from './capabilities.ts';
import { DataprocSdkCalls, type CallLimits, type DataprocCalls, type NativeSession } from './client.ts';
import { terminateAndWait } from './terminate-and-wait.ts';
import { toSessionError } from './errors.ts';
import { toNativeFilter } from './list-filter.ts';
import { fromSession, notFoundObservation, type ObservationContext } from './observation.ts';
import type { DataprocConfig } from './options.ts';
import { startByName } from './start-by-name.ts';
import { toSessionInput } from './start-input.ts';

/** @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessions/create (read 2026-11-20) */
const SESSION_ID = {
  pattern: /^[a-z0-9][a-z0-9-]{2,61}[a-z0-9]$/,
  words: '4 to 63 characters of a-z, 0-9 and hyphens, with none at the ends',
};

/** How long one request may take at most: a gRPC call without a deadline waits for ever. */
const CALL_LIMIT_MS = 60_000;

/** Interactive sessions of one project and region of Dataproc. */
export class DataprocProvider implements SessionProvider {
  readonly id = 'dataproc';
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly #config: DataprocConfig;
  readonly #ports: ProviderPorts;
  readonly #calls: DataprocCalls;
  readonly #runner: CallRunner;

  constructor(config: DataprocConfig, ports: ProviderPorts) {
    this.scope = `${config.project}/${config.region}`;
    this.capabilities = dataprocCapabilities(config);
    this.#config = config;
    this.#ports = ports;
    this.#calls = new DataprocSdkCalls(config);
    this.#runner = new CallRunner({
      place: this,
      clock: ports.clock,
      sessionId: SESSION_ID,
      toError: toSessionError,
    });
  }

  start(request: StartRequest, call: CallContext): Promise<Observation> {
    return this.#attempt({ operation: 'start', call }, (limits) => {
      const { token, owner } = request;
      const session = toSessionInput(request, this.#config);
      const handle = this.#handle(token);
      return startByName(
        { calls: this.#calls, clock: this.#ports.clock, limits, sight: () => this.#context(handle) },
        { id: token, owner, session, deleteRecord: this.#config.deleteRecord },
      );
    });
  }

  describe(handle: SessionHandle, call: CallContext): Promise<Observation> {
    return this.#attempt({ operation: 'describe', handle, call }, async (limits) => {
      return fromSession(await this.#calls.getSession(handle.id, limits), this.#context(handle));
    });
  }

  async listPage(filter: ListFilter, cursor: Cursor | undefined, call: CallContext): Promise<SessionPage> {
    const nativeFilter = toNativeFilter(filter);
    if (nativeFilter === undefined) return { observations: [] };
    return this.#attempt({ operation: 'listPage', call }, async (limits) => {
      const { sessions, nextPageToken } = await this.#calls.listSessions(
        { pageSize: this.capabilities.listPageSize, pageToken: cursor ?? '', filter: nativeFilter },
        limits,
      );
      const observations = (sessions ?? []).flatMap((session) => this.#observeListed(session, filter));
      return { observations, ...(nextPageToken && { next: nextPageToken }) };
    });
  }

  async terminate(handle: SessionHandle, call: CallContext): Promise<Observation> {
    try {
      return await this.#attempt({ operation: 'terminate', handle, call }, (limits) =>
        terminateAndWait({ calls: this.#calls, clock: this.#ports.clock, limits, sight: () => this.#context(handle) }),
      );
    } catch (error) {
      if (SessionError.is(error, 'not-found')) return notFoundObservation(this.#context(handle));
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#calls.close();
  }

  #attempt<Answer>(subject: CallSubject, work: (limits: CallLimits) => Promise<Answer>): Promise<Answer> {
    const leftMs = subject.call.deadline - this.#ports.clock.monotonicMs();
    const timeoutMs = Math.min(CALL_LIMIT_MS, leftMs);
    return this.#runner.runWith(subject, (wanted) => work({ wanted, timeoutMs }));
  }

  /** The native filter is coarser than ours: ACTIVE is ready or still creating, and times are compared to the millisecond. */
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
    return { handle, observedAtMs: this.#ports.clock.nowMs() };
  }

  #handle(id: string): SessionHandle {
    return { v: HANDLE_VERSION, provider: this.id, scope: this.scope, id };
  }
}
