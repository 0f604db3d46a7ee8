import { assertHandleScope } from './handle-scope.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { CallContext, ProviderOperation } from '../contract/session-provider.ts';
import { withDeadline } from './with-deadline.ts';

/** What one attempt is about. */
export interface CallSubject<Operation extends string = ProviderOperation> {
  readonly operation: Operation;
  readonly handle?: SessionHandle;
  readonly call: CallContext;
}

/** Tells the work of a call when nobody wants it any more; `onGivenUp` is the cheaper way, where it is there. */
export type WantedCall = Pick<CallContext, 'signal' | 'onGivenUp'>;

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
  /** The ids that the service's model allows, as a pattern and in words. */
  readonly sessionId: { readonly pattern: RegExp; readonly words: string };
  readonly toError: (thrown: unknown, failed: FailedCall<Operation>) => SessionError;
}

/** Makes single attempts: refused beforehand where they cannot be right, given up when the caller gives up, translated when they fail. */
export class CallRunner<Operation extends string = ProviderOperation> {
  readonly #parts: CallRunnerParts<Operation>;

  constructor(parts: CallRunnerParts<Operation>) {
    this.#parts = parts;
  }

  run<Answer>(subject: CallSubject<Operation>, work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    return this.runWith(subject, ({ signal }) => work(signal));
  }

  /** The same for work that can do without a signal. */
  async runWith<Answer>(
    { operation, handle, call }: CallSubject<Operation>,
    work: (wanted: WantedCall) => Promise<Answer>,
  ): Promise<Answer> {
    const { place, clock, toError } = this.#parts;
    try {
      if (handle !== undefined) this.#refuseForeign(handle, operation);
      if (call.onGivenUp !== undefined) return await work(call);
      return await withDeadline(clock, { operation, call }, (signal) => work({ signal }));
    } catch (error) {
      throw toError(error, { operation, handle, scope: place.scope, nowMs: clock.nowMs() });
    }
  }

  #refuseForeign(handle: SessionHandle, operation: Operation): void {
    const { place, sessionId } = this.#parts;
    assertHandleScope(place, handle, operation);
    if (sessionId.pattern.test(handle.id)) return;
    throw new SessionError('invalid-request', `an id here is ${sessionId.words}; check the handle`, {
      operation,
      provider: place.id,
      handle,
    });
  }
}
