import type { Clock, Logger, Random } from '../contract/ports.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { CallContext } from '../contract/call-context.ts';
import type { EndpointSource, SparkConnection, SparkConnectRunner, SparkSettings } from '../contract/spark-connect.ts';
import type { StatementExecution, StatementProgress, StatementRequest } from '../contract/statement-runner.ts';
import { sleep } from '../provider-kit/sleep.ts';
import { SessionError } from '../contract/session-error.ts';
import { withDeadline } from '../provider-kit/with-deadline.ts';
import { loadArrowDecoder } from './arrow-decoder.ts';
import { ConnectSession } from './connect-session.ts';
import { connectionTo } from './connection.ts';
import { loadGrpc } from './load-grpc.ts';
import { SqlExecution } from './sql-execution.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';

/** What a runner may use of the world outside. */
export interface ConnectRunnerPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Tokens are asked for on behalf of all who wait; the layers give each such call a deadline of its own. */
const ON_BEHALF_OF_ALL: CallContext = {
  signal: new AbortController().signal,
  deadline: Number.POSITIVE_INFINITY,
  attempt: 1,
};

/** How long a session that is ready may be without an endpoint, milliseconds, and how often it is asked for one. */
const ENDPOINT_PATIENCE_MS = 2 * 60_000;
const ENDPOINT_PAUSE_MS = 500;

/** Runs SQL over Spark Connect: one channel and one living token a session. */
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
    const [session, decode] = await Promise.all([this.#sessionOf(handle), loadArrowDecoder()]);
    signal.throwIfAborted();
    await this.#whenDialled(session, call);
    const execution = new SqlExecution({ session, decode, signal });
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
      await this.#whenDialled(session, { ...call, signal });
      return connectionTo(session, signal);
    });
  }

  async settings(handle: SessionHandle, call: CallContext): Promise<SparkSettings> {
    const session = await this.#sessionOf(handle);
    await this.#whenDialled(session, call);
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

  /** Clouds tell a session ready a moment before it can be dialled; within the call's time that is waited for. */
  async #whenDialled(session: ConnectSession, { signal, deadline }: CallContext): Promise<void> {
    const { clock } = this.#ports;
    const untilMs = Math.min(deadline, clock.monotonicMs() + ENDPOINT_PATIENCE_MS);
    for (;;) {
      try {
        await raceAbort(session.endpoint(), signal, 'execute');
        return;
      } catch (error) {
        const isTooLate = clock.monotonicMs() + ENDPOINT_PAUSE_MS > untilMs;
        if (isTooLate || !SessionError.is(error, 'conflict')) throw error;
      }
      await sleep(clock, ENDPOINT_PAUSE_MS, signal);
    }
  }

  async #sessionOf(handle: SessionHandle): Promise<ConnectSession> {
    const key = keyOf(handle);
    let session = this.#sessions.get(key);
    if (session === undefined) {
      const ask = (): ReturnType<EndpointSource> => this.#endpointOf(handle, ON_BEHALF_OF_ALL);
      session = loadGrpc().then((grpc) => new ConnectSession({ handle, ask, grpc, ...this.#ports }));
      this.#sessions.set(key, session);
      session.catch(() => this.#sessions.delete(key));
    }
    return session;
  }
}

function keyOf({ provider, scope, id }: SessionHandle): string {
  return JSON.stringify([provider, scope, id]);
}
