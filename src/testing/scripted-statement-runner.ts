import type { CallContext } from '../contract/call-context.ts';
import type { ColumnBatch } from '../contract/column-batch.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type {
  StatementExecution,
  StatementProgress,
  StatementRequest,
  StatementRunner,
} from '../contract/statement-runner.ts';
import type { CallRunner } from '../provider-kit/call-runner.ts';
import type { ScriptedEngine, ScriptedResult } from './scripted-engine.ts';

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
