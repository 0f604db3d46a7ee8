import type { ColumnBatch, ColumnField } from '../../../src/contract/column-batch.ts';
import { onAbort } from '../../../src/provider-kit/on-abort.ts';
import type { StatementExecution } from '../../../src/contract/statement-runner.ts';
import { throwIfAborted } from '../../../src/provider-kit/aborted-error.ts';

/** What follows an execution. */
export interface Following {
  /** Stops the execution. */
  readonly signal: AbortSignal;
  /** Called with the error of a failed read. */
  readonly noteFailure: (error: unknown) => void;
}

/** An execution that reports its end: read completely, failed, closed or stopped. */
export class FollowedExecution implements StatementExecution {
  /** Resolves, never rejects, when the server has stopped working on it. */
  readonly finished: Promise<void>;
  readonly #execution: StatementExecution;
  readonly #following: Following;
  readonly #release: () => void;
  #finish: () => void = () => {};
  #closing: Promise<void> | undefined;

  constructor(execution: StatementExecution, following: Following) {
    this.#execution = execution;
    this.#following = following;
    this.finished = new Promise((resolve) => (this.#finish = resolve));
    this.#release = onAbort(following.signal, () => void this.close());
  }

  get fields(): readonly ColumnField[] {
    return this.#execution.fields;
  }

  async *batches(): AsyncGenerator<ColumnBatch, void, undefined> {
    const { signal, noteFailure } = this.#following;
    try {
      for await (const batch of this.#execution.batches()) {
        throwIfAborted(signal, 'execute');
        yield batch;
      }
      // A stopped result ends early and is incomplete.
      throwIfAborted(signal, 'execute');
    } catch (error) {
      noteFailure(error);
      throw error;
    } finally {
      await this.close();
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.#execution.close();
    } catch (error) {
      this.#following.noteFailure(error);
    } finally {
      this.#release();
      this.#finish();
    }
  }
}
