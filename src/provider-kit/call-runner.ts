import { assertHandleScope } from './handle-scope.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { ProviderOperation } from '../contract/operations.ts';
import type { CallContext } from '../contract/call-context.ts';
import { withDeadline } from './with-deadline.ts';

/** What one attempt is about. */
export interface CallSubject<Operation extends string = ProviderOperation> {
  readonly operation: Operation;
  readonly handle?: SessionHandle;
  readonly call: CallContext;
}

/** What was being done when a call failed. */
export interface FailedCall<Operation extends string = ProviderOperation> {
  readonly operation: Operation;
  readonly handle: SessionHandle | undefined;
  /** In whose name it was done, for the message: the region and what in it. */
  readonly scope: string;
  readonly nowMs: number;
}

/** What attempts need to know of their provider. */
export interface CallRunnerParts<Operation extends string = ProviderOperation> {
  readonly place: { readonly id: string; readonly scope: string };
  readonly clock: Clock;
  /** The ids that the service's model allows, as a pattern and in words; any id by default. */
  readonly sessionId?: { readonly pattern: RegExp; readonly words: string };
  readonly toError: (thrown: unknown, failed: FailedCall<Operation>) => SessionError;
}

/** Makes single attempts: refused beforehand where they cannot be right, given up when the caller gives up, translated when they fail. */
export class CallRunner<Operation extends string = ProviderOperation> {
  readonly #parts: CallRunnerParts<Operation>;

  constructor(parts: CallRunnerParts<Operation>) {
    this.#parts = parts;
  }

  async run<Answer>(
    { operation, handle, call }: CallSubject<Operation>,
    work: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    const { place, clock, toError } = this.#parts;
    try {
      if (handle !== undefined) this.#refuseForeign(handle, operation);
      return await withDeadline(clock, { operation, call }, work);
    } catch (error) {
      throw toError(error, { operation, handle, scope: place.scope, nowMs: clock.nowMs() });
    }
  }

  #refuseForeign(handle: SessionHandle, operation: Operation): void {
    const { place, sessionId } = this.#parts;
    assertHandleScope(place, handle, operation);
    if (sessionId === undefined || sessionId.pattern.test(handle.id)) return;
    throw new SessionError('invalid-request', `an id here is ${sessionId.words}; check the handle`, {
      operation,
      provider: place.id,
      handle,
    });
  }
}
