import { assertHandleScope } from '../provider-kit/handle-scope.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { CallContext, ProviderOperation } from '../contract/session-provider.ts';
import { abortedError } from '../provider-kit/sleep.ts';
import { mayHaveActed, toSessionError } from './scripted-errors.ts';

/** What one attempt is about. */
export interface CallSubject {
  readonly operation: ProviderOperation;
  readonly handle?: SessionHandle;
  readonly call: CallContext;
}

/** Makes single attempts: refused beforehand where they cannot be right, given up when the caller gives up, translated when they fail. */
export class ScriptedAttempts {
  readonly #provider: { readonly id: string; readonly scope: string };
  readonly #clock: Clock;

  constructor(options: { readonly provider: { readonly id: string; readonly scope: string }; readonly clock: Clock }) {
    this.#provider = options.provider;
    this.#clock = options.clock;
  }

  async run<T>(subject: CallSubject, request: () => Promise<T>): Promise<T> {
    const { operation, handle, call } = subject;
    const origin = { operation, handle, provider: this.#provider.id };
    if (call.signal.aborted) throw abortedError(operation, call.signal).with(origin);
    if (handle !== undefined) assertHandleScope(this.#provider, handle, operation);
    try {
      return await this.#whileWanted(subject, request);
    } catch (error) {
      throw toSessionError(error, origin);
    }
  }

  async #whileWanted<T>({ operation, handle, call }: CallSubject, request: () => Promise<T>): Promise<T> {
    const effect = mayHaveActed(operation) ? 'unknown' : 'none';
    const origin = { operation, handle, provider: this.#provider.id, effect } as const;
    let leave = (): void => {};
    const givenUp = new Promise<never>((_, reject) => {
      const onAbort = (): void => reject(abortedError(operation, call.signal).with(origin));
      const leftMs = Math.max(0, call.deadline - this.#clock.monotonicMs());
      const onDeadline = (): void => reject(new SessionError('timeout', 'no answer came before the deadline', origin));
      const cancelTimer = Number.isFinite(leftMs) ? this.#clock.schedule(leftMs, onDeadline) : undefined;
      call.signal.addEventListener('abort', onAbort, { once: true });
      leave = () => {
        cancelTimer?.();
        call.signal.removeEventListener('abort', onAbort);
      };
    });
    try {
      return await Promise.race([request(), givenUp]);
    } finally {
      leave();
    }
  }
}
