import {
  CallRunner,
  formatOwnership,
  HANDLE_VERSION,
  notFoundObservation,
  omitUndefined,
  parseOwnership,
  SessionError,
  toObservation,
  type CallContext,
  type Capabilities,
  type Clock,
  type Cursor,
  type ListFilter,
  type Observation,
  type SessionDetails,
  type SessionHandle,
  type SessionPage,
  type SessionProvider,
  type StartRequest,
} from 'anysession/provider';
import type { TemplateClient } from './client.ts';
import type { SessionRecord } from './imaginary-cloud.ts';
import { toSessionError } from './errors.ts';
import { STATES } from './states.ts';

const SERVICE = 'the imaginary cloud';
const MINUTE_MS = 60_000;

/** What a {@link TemplateProvider} needs. */
export interface TemplateProviderParts {
  readonly id: string;
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly loadClient: () => Promise<TemplateClient>;
  readonly clock: Clock;
}

/** Translates, one request per verb. It keeps no state, and does not wait or retry: the core does that. */
export class TemplateProvider implements SessionProvider {
  readonly id: string;
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly #parts: TemplateProviderParts;
  readonly #runner: CallRunner;

  constructor(parts: TemplateProviderParts) {
    const { id, scope, capabilities, clock } = parts;
    this.id = id;
    this.scope = scope;
    this.capabilities = capabilities;
    this.#parts = parts;
    // Checks handles, keeps the deadline and converts errors. SDKs have no deadline, and not all of them observe their signal.
    this.#runner = new CallRunner({ place: this, clock, toError: toSessionError });
  }

  start(request: StartRequest, call: CallContext): Promise<Observation> {
    const { token, idleTimeoutMs, labels } = request;
    const input = {
      // Decide: which field makes a repeated start find the first session. Without one, name the session by the token.
      requestId: token,
      // Decide: where the list shows who started a session and how long it may live. Orphans are found by it.
      description: formatOwnership(request),
      // Round up: a session must not end before the requested time.
      idleMinutes: Math.ceil(idleTimeoutMs / MINUTE_MS),
      labels,
    };
    return this.#runner.run({ operation: 'start', call }, async ({ signal }) => {
      const client = await this.#parts.loadClient();
      return this.#observe(await client.createSession(input, { signal }));
    });
  }

  describe(handle: SessionHandle, call: CallContext): Promise<Observation> {
    return this.#runner.run({ operation: 'describe', handle, call }, async ({ signal }) => {
      const client = await this.#parts.loadClient();
      return this.#observe(await client.getSession(handle.id, { signal }));
    });
  }

  listPage(_filter: ListFilter, cursor: Cursor | undefined, call: CallContext): Promise<SessionPage> {
    // Decide: which filters the service has; leave the others out of `capabilities.listFilters`.
    const input = { pageSize: this.capabilities.listPageSize, ...(cursor !== undefined && { pageToken: cursor }) };
    return this.#runner.run({ operation: 'listPage', call }, async ({ signal }) => {
      const client = await this.#parts.loadClient();
      const { sessions, nextPageToken } = await client.listSessions(input, { signal });
      const observations = sessions.map((record) => this.#observe(record));
      return nextPageToken === undefined ? { observations } : { observations, next: nextPageToken };
    });
  }

  async terminate(handle: SessionHandle, call: CallContext): Promise<Observation> {
    try {
      return await this.#runner.run({ operation: 'terminate', handle, call }, async ({ signal }) => {
        const client = await this.#parts.loadClient();
        return this.#observe(await client.deleteSession(handle.id, { signal }));
      });
    } catch (error) {
      if (!SessionError.is(error, 'not-found')) throw error;
      // Ending an unknown session succeeds: clean-up must be repeatable.
      return notFoundObservation(SERVICE, { handle, observedAtMs: this.#parts.clock.nowMs() });
    }
  }

  async close(): Promise<void> {
    // Decide: what the client holds in this process (sockets, channels) and how to release it. Sessions live on.
  }

  #observe(record: SessionRecord): Observation {
    const { sessionId, state: nativeState, stateMessage: reason, stateTime, createTime } = record;
    const handle = { v: HANDLE_VERSION, provider: this.id, scope: this.scope, id: sessionId } as const;
    const details = omitUndefined<SessionDetails>({
      createdAtMs: Date.parse(createTime),
      idleTimeoutMs: record.idleMinutes * MINUTE_MS,
      labels: record.labels,
      ownership: parseOwnership(record.description),
    });
    // Decide: where an answer has the service's own time, such as the header `Date`, pass it as `serviceTimeMs` (see `ServiceTime`).
    // Sweeping by lifetime needs it, because this machine's clock may be wrong.
    const seen = { service: SERVICE, nativeState, facts: STATES.facts(nativeState), reason, details };
    return toObservation(
      { ...seen, sinceMs: Date.parse(stateTime) },
      { handle, observedAtMs: this.#parts.clock.nowMs() },
    );
  }
}
