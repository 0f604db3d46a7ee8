import { SessionError } from '../contract/session-error.ts';
import { callbackController } from '../provider-kit/on-abort.ts';
import type { Statement } from '../statement/statement.ts';

/** The running statements and blocks of code of one session. */
export class OpenStatements {
  readonly #open = new Set<Statement>();
  readonly #closing = callbackController();

  /** Aborts when all are cancelled: it ends the blocks of code. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Keeps the statement until it ends, then calls `onEnd`. */
  add(statement: Statement, onEnd: () => void): void {
    this.#open.add(statement);
    void statement.done.then(() => {
      this.#open.delete(statement);
      onEnd();
    });
  }

  /** Cancels all of them: a half-read result keeps its engine busy, and its timer keeps the process alive. */
  cancelAll(): void {
    this.#closing.abort(new SessionError('aborted', 'the session was closed', { operation: 'calculate' }));
    // The reader of the statement sees the failure; here it changes nothing.
    for (const statement of this.#open) statement.cancel().catch(() => {});
  }

  /** Resolves when all of them have ended. */
  async allEnded(): Promise<void> {
    await Promise.all([...this.#open].map((statement) => statement.done));
  }
}
