import type { Clock, Logger, Random } from '../contract/ports.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { CallContext } from '../contract/call-context.ts';
import type { EndpointSource, SparkConnection, SparkConnectRunner, SparkSettings } from '../contract/spark-connect.ts';
import type { StatementExecution, StatementProgress, StatementRequest } from '../contract/statement-runner.ts';
import { withDeadline } from '../provider-kit/with-deadline.ts';
import { ConnectSession } from './connect-session.ts';
import { connectionTo } from './connection.ts';
import { SqlExecution } from './sql-execution.ts';
import { untilEndpoint } from './until-endpoint.ts';

/** What a runner uses of the outside world. */
export interface ConnectRunnerPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A token is requested for all who wait for it. The layers give each such call its own deadline. */
const SHARED_CALL: CallContext = {
  signal: new AbortController().signal,
  deadline: Number.POSITIVE_INFINITY,
  attempt: 1,
};

/** Runs SQL over Spark Connect, with one channel and one refreshed token per session. */
export class ConnectRunner implements SparkConnectRunner {
  readonly #endpointOf: EndpointSource;
  readonly #ports: ConnectRunnerPorts;
  readonly #sessions = new Map<string, Promise<ConnectSession>>();
  readonly #running = new Map<string, SqlExecution>();

  constructor(endpointOf: EndpointSource, ports: ConnectRunnerPorts) {
    this.#endpointOf = endpointOf;
    this.#ports = ports;
  }

  async execute(handle: SessionHandle, request: StatementRequest, call: CallContext): Promise<StatementExecution> {
    const { signal } = call;
    const session = await this.#sessionOf(handle);
    signal.throwIfAborted();
    await this.#untilEndpoint(session, call);
    const execution = new SqlExecution(session, signal, call.span);
    this.#running.set(request.id, execution);
    const forget = (): boolean => this.#running.delete(request.id);
    try {
      await execution.begin(request);
    } catch (error) {
      forget();
      throw error;
    }
    return {
      fields: execution.fields,
      batches: () => execution.batches(),
      metrics: () => execution.metrics(),
      close: () => execution.close().finally(forget),
    };
  }

  progress(_handle: SessionHandle, statementId: string): StatementProgress | undefined {
    return this.#running.get(statementId)?.progress;
  }

  async connect(handle: SessionHandle, call: CallContext): Promise<SparkConnection> {
    return withDeadline(this.#ports.clock, { operation: 'connect', call }, async (signal) => {
      const session = await this.#sessionOf(handle);
      await this.#untilEndpoint(session, { ...call, signal });
      return connectionTo(session, signal);
    });
  }

  async settings(handle: SessionHandle, call: CallContext): Promise<SparkSettings> {
    const session = await this.#sessionOf(handle);
    await this.#untilEndpoint(session, call);
    return session.settings;
  }

  async release(handle: SessionHandle): Promise<void> {
    const key = keyOf(handle);
    const session = this.#sessions.get(key);
    this.#sessions.delete(key);
    (await session)?.close();
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of await Promise.all(sessions)) session.close();
  }

  #untilEndpoint(session: ConnectSession, call: CallContext): Promise<void> {
    return untilEndpoint(() => session.endpoint(), this.#ports.clock, call);
  }

  async #sessionOf(handle: SessionHandle): Promise<ConnectSession> {
    const key = keyOf(handle);
    let session = this.#sessions.get(key);
    if (session === undefined) {
      const ask = (): ReturnType<EndpointSource> => this.#endpointOf(handle, SHARED_CALL);
      session = import('@grpc/grpc-js').then((grpc) => new ConnectSession({ handle, ask, grpc, ...this.#ports }));
      this.#sessions.set(key, session);
      session.catch(() => this.#sessions.delete(key));
    }
    return session;
  }
}

function keyOf({ provider, scope, id }: SessionHandle): string {
  return JSON.stringify([provider, scope, id]);
}
