import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { Observation } from '../../src/contract/observation.ts';
import { formatOwnership } from '../../src/contract/ownership.ts';
import { assertOwnHandle } from '../../src/contract/own-handle.ts';
import type { Clock } from '../../src/contract/ports.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { HANDLE_VERSION, type SessionHandle } from '../../src/contract/session-handle.ts';
import type {
  CallContext,
  Cursor,
  ListFilter,
  ProviderOperation,
  SessionPage,
  SessionProvider,
} from '../../src/contract/session-provider.ts';
import { abortedError } from '../../src/contract/sleep.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import type { ClientLoader, SessionRecord, TemplateClient } from './client.ts';
import { toSessionError } from './errors.ts';
import { toGone, toObservation } from './states.ts';

/** What a {@link TemplateProvider} is made of. */
export interface TemplateProviderParts {
  readonly id: string;
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly loadClient: ClientLoader;
  readonly clock: Clock;
}

/** Translates, one request a call: it keeps nothing, waits for nothing and retries nothing; the core does all that. */
export class TemplateProvider implements SessionProvider {
  readonly id: string;
  readonly scope: string;
  readonly capabilities: Capabilities;
  readonly #loadClient: ClientLoader;
  readonly #clock: Clock;

  constructor({ id, scope, capabilities, loadClient, clock }: TemplateProviderParts) {
    this.id = id;
    this.scope = scope;
    this.capabilities = capabilities;
    this.#loadClient = loadClient;
    this.#clock = clock;
  }

  async start({ token, owner, idleTimeoutMs, labels }: StartRequest, call: CallContext): Promise<Observation> {
    const input = {
      // Decide: which field makes a repeated start find the first session. Without one, name the session by the token.
      requestId: token,
      // Decide: where the list shows who owns a session. Orphans are found by it.
      description: formatOwnership({ owner, token }),
      // Up, never down: a session must not end before the time that was asked for.
      idleMinutes: Math.ceil(idleTimeoutMs / 60_000),
      labels,
    };
    return this.#observe(await this.#request('start', call, (client) => client.createSession(input, call)));
  }

  async describe(handle: SessionHandle, call: CallContext): Promise<Observation> {
    return this.#observe(await this.#request('describe', call, (client) => client.getSession(handle.id, call), handle));
  }

  async listPage(_filter: ListFilter, cursor: Cursor | undefined, call: CallContext): Promise<SessionPage> {
    // Decide: which filters the service itself has; the others are left out of `capabilities.listFilters`.
    const input = { pageSize: this.capabilities.listPageSize, ...(cursor === undefined ? {} : { pageToken: cursor }) };
    const page = await this.#request('listPage', call, (client) => client.listSessions(input, call));
    const observations = page.sessions.map((record) => this.#observe(record));
    return page.nextPageToken === undefined ? { observations } : { observations, next: page.nextPageToken };
  }

  async terminate(handle: SessionHandle, call: CallContext): Promise<Observation> {
    try {
      return this.#observe(
        await this.#request('terminate', call, (client) => client.deleteSession(handle.id, call), handle),
      );
    } catch (error) {
      if (!SessionError.is(error, 'not-found')) throw error;
      // What is not there needs no ending: clean-up must be repeatable.
      return toGone({ handle, observedAtMs: this.#clock.nowMs() });
    }
  }

  async close(): Promise<void> {
    // Decide: what the client holds in this process (sockets, channels) and how it is let go. Sessions live on.
  }

  async #request<T>(
    operation: ProviderOperation,
    { signal }: CallContext,
    send: (client: TemplateClient) => Promise<T>,
    handle?: SessionHandle,
  ): Promise<T> {
    const origin = { operation, provider: this.id, handle };
    // Both before any I/O: neither needs the service, and a foreign id would at best be unknown there.
    if (signal.aborted) throw abortedError(operation, signal).with(origin);
    if (handle !== undefined) assertOwnHandle(this, handle, operation);
    try {
      return await send(await this.#loadClient());
    } catch (error) {
      throw toSessionError(error, origin, signal);
    }
  }

  #observe(record: SessionRecord): Observation {
    const handle = { v: HANDLE_VERSION, provider: this.id, scope: this.scope, id: record.sessionId } as const;
    return toObservation(record, { handle, observedAtMs: this.#clock.nowMs() });
  }
}
