import { onAbort } from '../../src/provider-kit/on-abort.ts';
import type { Clock } from '../../src/contract/ports.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import { abortedError } from '../../src/provider-kit/aborted-error.ts';

/**
 * What can stop a statement: its caller's signal at any time, its deadline until it has begun, and the end of its session.
 * All of them leave it open what the statement has done by then.
 */
export class StatementStop {
  readonly #controller = new AbortController();
  readonly #release: () => void;
  readonly #callOffDeadline: () => void;

  constructor({ signal, deadline }: CallContext, clock: Clock) {
    this.#release = onAbort(signal, () => {
      this.abort(abortedError('execute', signal));
    });
    const waitMs = deadline - clock.monotonicMs();
    this.#callOffDeadline = Number.isFinite(waitMs)
      ? clock.schedule(Math.max(0, waitMs), () => {
          this.abort(
            new SessionError('timeout', 'the statement had not begun to answer at its deadline', {
              operation: 'execute',
            }),
          );
        })
      : () => {};
  }

  /** What the engine listens to; aborts with a SessionError. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: SessionError): void {
    this.#controller.abort(reason.with({ effect: 'unknown' }));
  }

  /** The statement has begun to answer: from now on its reader sets the pace, and no deadline counts. */
  noteStarted(): void {
    this.#callOffDeadline();
  }

  /** Lets go of the caller's signal and the clock. */
  release(): void {
    this.#callOffDeadline();
    this.#release();
  }
}
