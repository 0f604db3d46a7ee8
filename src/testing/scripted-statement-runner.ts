import type { ColumnBatch } from '../contract/column-batch.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { CallContext } from '../contract/call-context.ts';
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

  constructor(options: { readonly engine: ScriptedEngine; readonly attempts: CallRunner }) {
    this.#engine = options.engine;
    this.#runner = options.attempts;
  }

  async execute(handle: SessionHandle, request: StatementRequest, call: CallContext): Promise<StatementExecution> {
    const { id: statementId, text, parameters = [] } = request;
    const input = { sessionId: handle.id, statementId, text, parameters };
    try {
      const result = await this.#runner.run({ operation: 'execute', handle, call }, () =>
        this.#engine.run(input, call),
      );
      return new ScriptedExecution(result, { handle, signal: call.signal });
    } catch (error) {
      if (SessionError.is(error) && error.effect === 'unknown') this.#cancel(handle, statementId, call.attempt);
      throw error;
    }
  }

  progress(handle: SessionHandle, statementId: string): StatementProgress | undefined {
    const fraction = this.#engine.fraction(handle.id, statementId);
    return fraction === undefined ? undefined : { fraction };
  }

  /** Nobody waits for it and nobody could do more if it failed: the session's own end bounds the work. */
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

  constructor(result: ScriptedResult, caller: { readonly handle: SessionHandle; readonly signal: AbortSignal }) {
    this.fields = result.fields;
    this.#result = result;
    this.#handle = caller.handle;
    this.#signal = caller.signal;
    this.#signal.addEventListener('abort', this.#letGo, { once: true });
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
      this.#letGo();
    }
  }

  async close(): Promise<void> {
    this.#letGo();
  }

  readonly #letGo = (): void => {
    this.#signal.removeEventListener('abort', this.#letGo);
    this.#result.release();
  };

  #error(kind: 'conflict' | 'aborted' | 'session-failed', message: string): SessionError {
    return new SessionError(kind, message, {
      operation: 'execute',
      handle: this.#handle,
      provider: this.#handle.provider,
    });
  }
}
