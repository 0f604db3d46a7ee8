import type { CallContext } from '../contract/call-context.ts';
import type { ProviderOperation } from '../contract/operations.ts';
import type { CallClass, Clock, RequestObserver } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { assertHandleScope } from './handle-scope.ts';
import { takeTurn } from './take-turn.ts';
import { withDeadline } from './with-deadline.ts';

/** What one attempt is about. */
export interface CallSubject<Operation extends string = ProviderOperation> {
  readonly operation: Operation;
  readonly handle?: SessionHandle;
  readonly call: CallContext;
}

/** The call of one verb, as its requests to the service see it. */
export interface ServiceCall {
  /** Aborts when the answer is no longer needed. */
  readonly signal: AbortSignal;
  /** Takes one request from the rate budget. The first request of a verb is free, because the layer above has taken it. */
  readonly pay: (callClass: CallClass) => Promise<void> | undefined;
  /** Sees each request; absent where nobody observes. */
  readonly requests?: RequestObserver | undefined;
}

/** What was being done when a call failed. */
export interface FailedCall<Operation extends string = ProviderOperation> {
  readonly operation: Operation;
  readonly handle: SessionHandle | undefined;
  /** Where it was done, for the message: the region and what in it. */
  readonly scope: string;
  readonly nowMs: number;
}

/** What attempts need to know of their provider. */
export interface CallRunnerParts<Operation extends string = ProviderOperation> {
  readonly place: { readonly id: string; readonly scope: string };
  readonly clock: Clock;
  readonly requests?: RequestObserver | undefined;
  /** The ids that the service's model allows, as a pattern and in words; any id by default. */
  readonly sessionId?: { readonly pattern: RegExp; readonly words: string };
  readonly toError: (thrown: unknown, failed: FailedCall<Operation>) => SessionError;
}

/** Makes single attempts: rejects invalid handles before any I/O, settles at an abort or deadline, and translates errors. */
export class CallRunner<Operation extends string = ProviderOperation> {
  readonly #parts: CallRunnerParts<Operation>;

  constructor(parts: CallRunnerParts<Operation>) {
    this.#parts = parts;
  }

  async run<Answer>(
    { operation, handle, call }: CallSubject<Operation>,
    work: (call: ServiceCall) => Promise<Answer>,
  ): Promise<Answer> {
    const { place, clock, requests, toError } = this.#parts;
    try {
      if (handle !== undefined) this.#refuseForeign(handle, operation);
      return await withDeadline(clock, { operation, call }, (signal) =>
        work({ signal, pay: (callClass) => call.budget && takeTurn(call.budget, callClass, signal), requests }),
      );
    } catch (error) {
      throw toError(error, { operation, handle, scope: place.scope, nowMs: clock.nowMs() });
    }
  }

  #refuseForeign(handle: SessionHandle, operation: Operation): void {
    const { place, sessionId } = this.#parts;
    assertHandleScope(place, handle, operation);
    if (sessionId === undefined || sessionId.pattern.test(handle.id)) return;
    throw new SessionError('invalid-request', `an id must be ${sessionId.words}; check the handle`, {
      operation,
      provider: place.id,
      handle,
    });
  }
}
