import type { CallBudget, Span } from './ports.ts';

/**
 * What comes with every call of a provider.
 * A provider stops when `signal` aborts and never waits beyond `deadline`; it makes one attempt and retries nothing itself.
 */
export interface CallContext {
  readonly signal: AbortSignal;
  /** On the monotonic clock of the Clock port, milliseconds. */
  readonly deadline: number;
  /** Which attempt of the operation this is, from 1. */
  readonly attempt: number;
  /**
   * The rate budget that each request of the verb takes from. The layers have paid for the first request, so it goes at once.
   * Absent where nothing limits the rate.
   */
  readonly budget?: CallBudget;
  /** Where a statement reports what happens while it runs: retries and reattaches. Absent on other calls. */
  readonly span?: Span;
}
