import { onAbort } from '../../src/provider-kit/on-abort.ts';
import type { Clock } from '../../src/contract/ports.ts';
import type { SessionError } from '../../src/contract/session-error.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import { abortedError } from '../../src/provider-kit/aborted-error.ts';
import { executeError } from './errors.ts';

/**
 * Stops a statement: on its caller's signal at any time, at its deadline until it has begun, and at the end of its session.
 * The statement may already have taken effect.
 */
export class StatementStop {
  readonly #controller = new AbortController();
  readonly #release: () => void;
  readonly #cancelDeadline: () => void;

  constructor({ signal, deadline }: CallContext, clock: Clock) {
    this.#release = onAbort(signal, () => this.abort(abortedError('execute', signal)));
    const waitMs = deadline - clock.monotonicMs();
    const expire = (): void =>
      this.abort(executeError('timeout', 'the statement returned no result before its deadline'));
    this.#cancelDeadline = Number.isFinite(waitMs) ? clock.schedule(Math.max(0, waitMs), expire) : () => {};
  }

  /** The engine's signal; it aborts with a SessionError. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: SessionError): void {
    this.#controller.abort(reason.with({ effect: 'unknown' }));
  }

  /** Cancels the deadline: the reader decides how long it reads the result. */
  noteStarted(): void {
    this.#cancelDeadline();
  }

  /** Removes the listener and the timer. */
  release(): void {
    this.#cancelDeadline();
    this.#release();
  }
}
