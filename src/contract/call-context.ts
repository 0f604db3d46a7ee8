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
}
