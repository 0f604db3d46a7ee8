import type { ColumnBatch, ColumnField } from '../../../src/contract/column-batch.ts';
import { onAbort } from '../../../src/provider-kit/on-abort.ts';
import type { StatementExecution } from '../../../src/contract/statement-runner.ts';
import { throwIfAborted } from '../../../src/provider-kit/aborted-error.ts';

/** What an execution is followed with. */
export interface Following {
  /** Stops it, read or not. */
  readonly signal: AbortSignal;
  /** Hears of what reading it fails with. */
  readonly noteFailure: (error: unknown) => void;
}

/** An execution of which somebody knows when it is over: read to its end, failed, closed or stopped. */
export class FollowedExecution implements StatementExecution {
  /** Resolves, never rejects, when the server works no longer for it. */
  readonly finished: Promise<void>;
  readonly #execution: StatementExecution;
  readonly #following: Following;
  readonly #letGo: () => void;
  #finish: () => void = () => {};
  #closing: Promise<void> | undefined;

  constructor(execution: StatementExecution, following: Following) {
    this.#execution = execution;
    this.#following = following;
    this.finished = new Promise((resolve) => (this.#finish = resolve));
    this.#letGo = onAbort(following.signal, () => void this.close());
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
      // What was stopped ends early, and that is no whole result.
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
      this.#letGo();
      this.#finish();
    }
  }
}
