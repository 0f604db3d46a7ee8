import type { Statement } from '../statement/statement.ts';

/** The statements of one session that have not ended. */
export class OpenStatements {
  readonly #open = new Set<Statement>();

  /** Keeps the statement until it ends, and calls back then. */
  add(statement: Statement, onEnd: () => void): void {
    this.#open.add(statement);
    void statement.done.then(() => {
      this.#open.delete(statement);
      onEnd();
    });
  }

  /** Their session is over or given up: a half-read result would hold its engine, and its timer the process. */
  giveUp(): void {
    // What the engine says to that is news to the statement's own reader only.
    for (const statement of this.#open) statement.cancel().catch(() => {});
  }

  /** Resolves when none of them runs any more. */
  async allEnded(): Promise<void> {
    await Promise.all([...this.#open].map((statement) => statement.done));
  }
}
