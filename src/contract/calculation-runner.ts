import type { CallContext } from './call-context.ts';
import type { SessionHandle } from './session-handle.ts';

/** Where a calculation is in its life. */
export type CalculationState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** A block of code to run in a session. */
export interface CalculationRequest {
  /** Names the start: the same token never runs the code twice; 32..128 characters of `[A-Za-z0-9-]`. */
  readonly token: string;
  readonly code: string;
  /** For people, 1..1024 characters. */
  readonly name?: string;
}

/** Where a service has put what a calculation gave; whoever reads it does so with their own credentials. */
export interface CalculationOutput {
  /** What it printed. */
  readonly stdoutUri?: string;
  /** What it complained of. */
  readonly stderrUri?: string;
  readonly resultUri?: string;
  /** The MIME type of the result. */
  readonly resultType?: string;
}

/** What a provider saw of one calculation in one answer of its service. */
export interface CalculationObservation {
  readonly id: string;
  /** The state in the service's own word. */
  readonly nativeState: string;
  /** The normalized state; `undefined` when the native state is in no table, which means "no news". */
  readonly state: CalculationState | undefined;
  /** When the service was asked, epoch milliseconds. */
  readonly observedAtMs: number;
  /** Epoch milliseconds. */
  readonly submittedAtMs?: number;
  /** Epoch milliseconds. */
  readonly endedAtMs?: number;
  readonly reason?: string;
  /** How far it is, in the service's own words. */
  readonly progress?: string;
  /** What its processors have done, milliseconds. */
  readonly executionMs?: number;
  /** There once it has ended. */
  readonly output?: CalculationOutput;
}

/** Runs blocks of code in sessions through the service's own API. */
export interface CalculationRunner {
  /**
   * Starts a block of code; the session must be ready and runs one at a time.
   * @throws SessionError `invalid-request` for code that the service refuses, `conflict` when the session takes no work now,
   * `session-failed` or `conflict` when it has ended, `not-found` when the service does not know it (C-063).
   */
  start(handle: SessionHandle, request: CalculationRequest, call: CallContext): Promise<CalculationObservation>;
  /** Describes one calculation. @throws SessionError `not-found` when the service does not know it. */
  describe(handle: SessionHandle, calculationId: string, call: CallContext): Promise<CalculationObservation>;
  /** Asks for its end; ending what has ended succeeds. */
  stop(handle: SessionHandle, calculationId: string, call: CallContext): Promise<CalculationObservation>;
  /**
   * Opens one of the addresses of an output; the bytes are read as they arrive. Absent where the output cannot be read through the provider.
   * @throws SessionError `not-found` when nothing is there, `forbidden` when these credentials may not read it.
   */
  read?(handle: SessionHandle, uri: string, call: CallContext): Promise<AsyncIterable<Uint8Array>>;
}

/** One of the things that a calculation leaves behind. */
export type OutputPart = 'stdout' | 'stderr' | 'result';

/** Tells whether a calculation in this state is over. */
export function isCalculationOver(state: CalculationState | undefined): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled';
}
