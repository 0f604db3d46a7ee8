import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { Observation } from '../../src/contract/observation.ts';
import { formatOwnership } from '../../src/contract/ownership.ts';
import { assertHandleScope } from '../../src/provider-kit/handle-scope.ts';
import type { Clock } from '../../src/contract/ports.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { HANDLE_VERSION, type SessionHandle } from '../../src/contract/session-handle.ts';
import type { Cursor, ListFilter, SessionPage, SessionProvider } from '../../src/contract/session-provider.ts';
import type { ProviderOperation } from '../../src/contract/operations.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import { withDeadline } from '../../src/provider-kit/with-deadline.ts';
import type { ClientLoader, RequestOptions, SessionRecord, TemplateClient } from './client.ts';
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
    return this.#observe(await this.#request('start', call, (client, options) => client.createSession(input, options)));
  }

  async describe(handle: SessionHandle, call: CallContext): Promise<Observation> {
    return this.#observe(
      await this.#request('describe', call, (client, options) => client.getSession(handle.id, options), handle),
    );
  }

  async listPage(_filter: ListFilter, cursor: Cursor | undefined, call: CallContext): Promise<SessionPage> {
    // Decide: which filters the service itself has; the others are left out of `capabilities.listFilters`.
    const input = { pageSize: this.capabilities.listPageSize, ...(cursor === undefined ? {} : { pageToken: cursor }) };
    const page = await this.#request('listPage', call, (client, options) => client.listSessions(input, options));
    const observations = page.sessions.map((record) => this.#observe(record));
    return page.nextPageToken === undefined ? { observations } : { observations, next: page.nextPageToken };
  }

  async terminate(handle: SessionHandle, call: CallContext): Promise<Observation> {
    try {
      return this.#observe(
        await this.#request('terminate', call, (client, options) => client.deleteSession(handle.id, options), handle),
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
    call: CallContext,
    send: (client: TemplateClient, options: RequestOptions) => Promise<T>,
    handle?: SessionHandle,
  ): Promise<T> {
    try {
      // Before any I/O: a foreign id would at best be unknown there.
      if (handle !== undefined) assertHandleScope(this, handle, operation);
      // An SDK keeps no deadline of its own, and not every one listens to its signal.
      return await withDeadline(this.#clock, { operation, call }, async (signal) =>
        send(await this.#loadClient(), { signal }),
      );
    } catch (error) {
      throw toSessionError(error, { operation, provider: this.id, handle }, call.signal);
    }
  }

  #observe(record: SessionRecord): Observation {
    const handle = { v: HANDLE_VERSION, provider: this.id, scope: this.scope, id: record.sessionId } as const;
    return toObservation(record, { handle, observedAtMs: this.#clock.nowMs() });
  }
}
