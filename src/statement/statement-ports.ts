import type { Clock, Logger, Random, Span } from '../contract/ports.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { StatementRunner } from '../contract/statement-runner.ts';

/** What a statement needs. */
export interface StatementPorts {
  /** The session to run in. */
  readonly handle: SessionHandle;
  /** Measures timeouts and the poll interval of progress. */
  readonly clock: Clock;
  /** Makes the id. */
  readonly random: Random;
  /** Logs listeners that throw. */
  readonly logger: Logger;
  /** Resolves with the runner when the session accepts work; settles at once when the signal aborts. */
  readonly whenReady: (signal: AbortSignal) => Promise<StatementRunner>;
  /** Gets the states as events, and ends with the statement. */
  readonly span?: Span;
}
