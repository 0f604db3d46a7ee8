import type { ColumnBatch, ColumnField } from '../../src/contract/column-batch.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import { abortedError } from '../../src/provider-kit/aborted-error.ts';
import type {
  StatementExecution,
  StatementProgress,
  StatementRequest,
  StatementRunner,
} from '../../src/contract/statement-runner.ts';
import { encodeBatch } from '../../src/testing/column-encoder.ts';

export const NUMBER_FIELD: ColumnField = {
  name: 'n',
  type: { kind: 'integer', bits: 32, signed: true },
  nullable: false,
};

/** One batch of the column `n`. */
export function numbers(...values: readonly number[]): ColumnBatch {
  return encodeBatch(
    [NUMBER_FIELD],
    values.map((value) => [value]),
  );
}

/** What a scripted engine does; whatever is not said happens at once and succeeds. */
export interface EngineScript {
  readonly fields?: readonly ColumnField[];
  readonly batches?: readonly ColumnBatch[];
  readonly onExecute?: (signal: AbortSignal) => Promise<void>;
  /** Before the batch with this number is handed over, and with `batches.length` before the end is told. */
  readonly onBatch?: (at: number, signal: AbortSignal) => Promise<void>;
  readonly onClose?: () => Promise<void>;
  readonly progress?: () => StatementProgress | undefined;
}

/** An engine in memory that keeps the contract, does what it is told and counts what is asked of it. */
export class ScriptedRunner implements StatementRunner {
  readonly executed: {
    readonly handle: SessionHandle;
    readonly request: StatementRequest;
    readonly call: CallContext;
  }[] = [];
  /** How many batches were handed over. */
  pulled = 0;
  closed = 0;
  progressAsked = 0;
  readonly #script: EngineScript;

  constructor(script: EngineScript = {}) {
    this.#script = script;
  }

  async execute(handle: SessionHandle, request: StatementRequest, call: CallContext): Promise<StatementExecution> {
    this.executed.push({ handle, request, call });
    await this.#script.onExecute?.(call.signal);
    return {
      fields: this.#script.fields ?? [NUMBER_FIELD],
      batches: () => this.#batches(call.signal),
      close: async () => {
        this.closed += 1;
        await this.#script.onClose?.();
      },
    };
  }

  progress(): StatementProgress | undefined {
    this.progressAsked += 1;
    return this.#script.progress?.();
  }

  async *#batches(signal: AbortSignal): AsyncGenerator<ColumnBatch> {
    const { batches = [], onBatch } = this.#script;
    for (const [at, batch] of batches.entries()) {
      await onBatch?.(at, signal);
      this.pulled += 1;
      yield batch;
    }
    await onBatch?.(batches.length, signal);
  }
}

/** Works until it is aborted, and then stops at once, as engines do. */
export function workForEver(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(abortedError('execute', signal));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** One turn of the event loop: what can happen without time and I/O has happened afterwards. */
export function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
