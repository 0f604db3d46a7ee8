import { SessionError } from '../../../src/contract/session-error.ts';
import type { SessionHandle } from '../../../src/contract/session-handle.ts';
import type { ConnectEndpoint } from '../../../src/contract/session-provider.ts';
import type { CallContext } from '../../../src/contract/call-context.ts';
import type { SparkConnectRunner } from '../../../src/contract/spark-connect.ts';
import type { StatementProgress, StatementRequest } from '../../../src/contract/statement-runner.ts';
import type { EngineExecution, EngineSession } from '../local-engine.ts';
import { messageOf } from '../errors.ts';
import type { SparkConf } from './engine-server.ts';
import { FollowedExecution } from './followed-execution.ts';
import { raceAbort } from '../../../src/provider-kit/race-abort.ts';

/** What a session on a Spark Connect server is made of. */
export interface SparkSessionParts {
  readonly handle: SessionHandle;
  readonly endpoint: ConnectEndpoint;
  /** The client of this session only; the session closes it. */
  readonly runner: SparkConnectRunner;
  /** Called when the server reports that it, or this session's state on it, is unusable. */
  readonly onLost: () => void;
  /** Called at the end, after the runner has closed. */
  readonly onClosed: () => Promise<void>;
}

/** A session on a Spark Connect server: statements run concurrently, and a failure may show that the session is lost. */
export class SparkSession implements EngineSession {
  readonly endpoint: ConnectEndpoint;
  readonly #parts: SparkSessionParts;
  readonly #running = new Set<Promise<void>>();
  #brokenBy: string | undefined;

  constructor(parts: SparkSessionParts) {
    this.#parts = parts;
    this.endpoint = parts.endpoint;
  }

  get brokenBy(): string | undefined {
    return this.#brokenBy;
  }

  execute(request: StatementRequest, signal: AbortSignal): EngineExecution {
    const running = this.#run(request, signal);
    const finished = running.then(
      (execution) => execution.finished,
      () => undefined,
    );
    this.#running.add(finished);
    void finished.then(() => this.#running.delete(finished));
    // An abort rejects at once, before the server has confirmed it.
    return { started: raceAbort(running, signal, 'execute'), finished };
  }

  progress(statementId: string): StatementProgress | undefined {
    const { runner, handle } = this.#parts;
    return runner.progress(handle, statementId);
  }

  /** Changes settings. @throws SessionError the server's error, or the signal's error. */
  async configure(conf: SparkConf, signal: AbortSignal): Promise<void> {
    const { runner, handle } = this.#parts;
    const settings = await raceAbort(runner.settings(handle, untilAborted(signal)), signal, 'execute');
    for (const [key, value] of Object.entries(conf)) await raceAbort(settings.set(key, value), signal, 'execute');
  }

  async close(): Promise<void> {
    await Promise.all(this.#running);
    await this.#parts.runner.close();
    await this.#parts.onClosed();
  }

  async #run(request: StatementRequest, signal: AbortSignal): Promise<FollowedExecution> {
    const { runner, handle } = this.#parts;
    const noteFailure = (error: unknown): void => this.#noteFailure(error, signal);
    try {
      const execution = await runner.execute(handle, request, untilAborted(signal));
      return new FollowedExecution(execution, { signal, noteFailure });
    } catch (error) {
      noteFailure(error);
      throw error;
    }
  }

  #noteFailure(error: unknown, signal: AbortSignal): void {
    // A session that ends aborts its statements with an error of the same kind.
    if (signal.aborted || !SessionError.is(error, 'session-failed')) return;
    this.#brokenBy = messageOf(error);
    this.#parts.onLost();
  }
}

/** A call without a deadline: the caller's signal stops it. */
function untilAborted(signal: AbortSignal): CallContext {
  return { signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 };
}
