import type { CalculationRunner } from '../contract/calculation-runner.ts';
import type { CallContext } from '../contract/call-context.ts';
import type { Capabilities } from '../contract/capabilities.ts';
import type { Observation } from '../contract/observation.ts';
import { formatOwnership } from '../contract/ownership.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import { HANDLE_VERSION, type SessionHandle } from '../contract/session-handle.ts';
import type {
  ConnectEndpoint,
  Cursor,
  Dashboard,
  ListFilter,
  SessionPage,
  SessionProvider,
} from '../contract/session-provider.ts';
import type { StartRequest } from '../contract/start-request.ts';
import type {
  StatementExecution,
  StatementProgress,
  StatementRequest,
  StatementRunner,
} from '../contract/statement-runner.ts';
import { CallRunner } from '../provider-kit/call-runner.ts';
import { notFoundObservation } from '../provider-kit/observation.ts';
import { scriptedCalculationRunner } from './scripted-calculations.ts';
import { toSessionError } from './scripted-faults.ts';
import { fromRecord, toNativeStates } from './scripted-observations.ts';
import type { ScriptedService } from './scripted-service.ts';
import type { ScriptedSessionRecord } from './scripted-session.ts';
import type { ColumnBatch } from '../contract/column-batch.ts';
import type { ScriptedEngine, ScriptedResult } from './scripted-engine.ts';

/** The parts of a {@link ScriptedProvider}. */
export interface ScriptedProviderOptions {
  readonly service: ScriptedService;
  /** The clock of the caller. */
  readonly clock: Clock;
  /** `'scripted'` by default. */
  readonly id?: string;
}

const MINUTE_MS = 60_000;

/** A provider over a {@link ScriptedService}, written like one over a real cloud. */
export class ScriptedProvider implements SessionProvider {
  readonly id: string;
  readonly scope: string;
  readonly capabilities: Capabilities;
  /** The service behind it, for tests that script it and read its oracle. */
  readonly service: ScriptedService;
  readonly statements?: StatementRunner;
  readonly calculations?: CalculationRunner;
  readonly endpoint?: (handle: SessionHandle, call: CallContext) => Promise<ConnectEndpoint>;
  readonly dashboard?: (handle: SessionHandle, call: CallContext) => Promise<Dashboard>;
  readonly #clock: Clock;
  readonly #runner: CallRunner;

  constructor({ service, clock, id = 'scripted' }: ScriptedProviderOptions) {
    this.id = id;
    this.scope = service.scope;
    this.capabilities = service.capabilities;
    this.service = service;
    this.#clock = clock;
    const runner = new CallRunner({
      place: this,
      clock,
      toError: (thrown, { operation, handle }) => toSessionError(thrown, { operation, handle, provider: id }),
    });
    this.#runner = runner;
    const { sql, calculations, sparkConnect, dashboard } = this.capabilities;
    if (sql) this.statements = new ScriptedStatementRunner(service.engine, runner);
    if (calculations) this.calculations = scriptedCalculationRunner(service.calculations, { runner, clock });
    if (sparkConnect) this.endpoint = (handle, call) => this.#openEndpoint(handle, call);
    if (dashboard) this.dashboard = (handle, call) => this.#openDashboard(handle, call);
  }

  async start(request: StartRequest, call: CallContext): Promise<Observation> {
    const { token, name, idleTimeoutMs, maxLifetimeMs, labels } = request;
    const input = {
      clientToken: token,
      description: formatOwnership(request),
      ...(name !== undefined && { name }),
      // Rounded up: a session must not end earlier than requested.
      idleTimeoutMinutes: Math.ceil(idleTimeoutMs / MINUTE_MS),
      ...(maxLifetimeMs !== undefined && { maxLifetimeMinutes: Math.ceil(maxLifetimeMs / MINUTE_MS) }),
      tags: labels,
    };
    try {
      return this.#observe(await this.#runner.run({ operation: 'start', call }, () => this.service.start(input, call)));
    } catch (error) {
      // The caller names the session, so the holder of the name is known.
      const isTaken = SessionError.is(error, 'conflict') && this.capabilities.idempotency === 'name';
      throw isTaken ? error.with({ handle: this.#handle(token) }) : error;
    }
  }

  async describe(handle: SessionHandle, call: CallContext): Promise<Observation> {
    const about = { operation: 'describe', handle, call } as const;
    return this.#observe(await this.#runner.run(about, () => this.service.get(handle.id, call)));
  }

  async listPage(filter: ListFilter, cursor: Cursor | undefined, call: CallContext): Promise<SessionPage> {
    const { states, createdAfterMs, labels } = filter;
    const input = {
      ...(states && { states: toNativeStates(states) }),
      ...(createdAfterMs !== undefined && { createdAfter: createdAfterMs / 1000 }),
      ...(labels && { tags: labels }),
      ...(cursor !== undefined && { pageToken: cursor }),
      maxResults: this.capabilities.listPageSize,
    };
    const page = await this.#runner.run({ operation: 'listPage', call }, () => this.service.list(input, call));
    const observations = page.sessions.map((record) => this.#observe(record));
    return { observations, ...(page.nextPageToken !== undefined && { next: page.nextPageToken }) };
  }

  async terminate(handle: SessionHandle, call: CallContext): Promise<Observation> {
    const about = { operation: 'terminate', handle, call } as const;
    try {
      return this.#observe(await this.#runner.run(about, () => this.service.stop(handle.id, call)));
    } catch (error) {
      if (!SessionError.is(error, 'not-found')) throw error;
      return notFoundObservation('the scripted service', { handle, observedAtMs: this.#clock.nowMs() });
    }
  }

  async close(): Promise<void> {
    if (!this.capabilities.outlivesProcess) this.service.endAll('its process closed the provider');
  }

  async #openEndpoint(handle: SessionHandle, call: CallContext): Promise<ConnectEndpoint> {
    const about = { operation: 'endpoint', handle, call } as const;
    const { token, expiresAtMs } = await this.#runner.run(about, () =>
      this.service.createToken('endpoint', handle.id, call),
    );
    const metadata = { 'x-session-token': token };
    return { host: `${handle.id}.scripted.invalid`, port: 443, tls: true, metadata, expiresAtMs };
  }

  async #openDashboard(handle: SessionHandle, call: CallContext): Promise<Dashboard> {
    const about = { operation: 'dashboard', handle, call } as const;
    const { token, expiresAtMs } = await this.#runner.run(about, () =>
      this.service.createToken('dashboard', handle.id, call),
    );
    return { url: `https://scripted.invalid/${handle.id}?token=${token}`, expiresAtMs };
  }

  #observe(record: ScriptedSessionRecord): Observation {
    return fromRecord(record, {
      handle: this.#handle(record.sessionId),
      observedAtMs: this.#clock.nowMs(),
      takesWorkWhileBusy: this.service.takesWorkWhileBusy,
    });
  }

  #handle(sessionId: string): SessionHandle {
    return { v: HANDLE_VERSION, provider: this.id, scope: this.scope, id: sessionId };
  }
}

/** Runs SQL on a scripted engine. */
export class ScriptedStatementRunner implements StatementRunner {
  readonly #engine: ScriptedEngine;
  readonly #runner: CallRunner;

  constructor(engine: ScriptedEngine, runner: CallRunner) {
    this.#engine = engine;
    this.#runner = runner;
  }

  async execute(handle: SessionHandle, request: StatementRequest, call: CallContext): Promise<StatementExecution> {
    const { id: statementId, text, parameters = [] } = request;
    const input = { sessionId: handle.id, statementId, text, parameters };
    const about = { operation: 'execute', handle, call } as const;
    try {
      const result = await this.#runner.run(about, () => this.#engine.run(input, call));
      return new ScriptedExecution(result, handle, call.signal);
    } catch (error) {
      if (SessionError.is(error) && error.effect === 'unknown') this.#cancel(handle, statementId, call.attempt);
      throw error;
    }
  }

  progress(handle: SessionHandle, statementId: string): StatementProgress | undefined {
    const fraction = this.#engine.fraction(handle.id, statementId);
    return fraction === undefined ? undefined : { fraction };
  }

  /** Nothing waits for the cancel, and its failure changes nothing: the end of the session ends the work. */
  #cancel(handle: SessionHandle, statementId: string, attempt: number): void {
    const { signal } = new AbortController();
    this.#engine.cancel(handle.id, statementId, { signal, attempt }).catch(() => undefined);
  }
}

class ScriptedExecution implements StatementExecution {
  readonly fields: StatementExecution['fields'];
  readonly #result: ScriptedResult;
  readonly #handle: SessionHandle;
  readonly #signal: AbortSignal;
  #wasRead = false;

  constructor(result: ScriptedResult, handle: SessionHandle, signal: AbortSignal) {
    this.fields = result.fields;
    this.#result = result;
    this.#handle = handle;
    this.#signal = signal;
    signal.addEventListener('abort', this.#release, { once: true });
  }

  async *batches(): AsyncGenerator<ColumnBatch> {
    if (this.#wasRead) throw this.#error('conflict', 'a result can be read once; run the statement again');
    this.#wasRead = true;
    try {
      for (const batch of this.#result.batches) {
        if (this.#signal.aborted) throw this.#error('aborted', 'the statement was aborted while its result was read');
        if (!this.#result.isHeld()) throw this.#error('session-failed', 'the session ended while the result was read');
        yield batch;
      }
    } finally {
      this.#release();
    }
  }

  async close(): Promise<void> {
    this.#release();
  }

  readonly #release = (): void => {
    this.#signal.removeEventListener('abort', this.#release);
    this.#result.release();
  };

  #error(kind: 'conflict' | 'aborted' | 'session-failed', message: string): SessionError {
    const { provider } = this.#handle;
    return new SessionError(kind, message, { operation: 'execute', handle: this.#handle, provider });
  }
}
