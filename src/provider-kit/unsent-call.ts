import { callbackController } from './on-abort.ts';

/** Holds the call, on its signal. */
const CALL = Symbol('anysession.unsentCall');

interface CallSignal extends AbortSignal {
  [CALL]?: UnsentCall;
}

/** The call that a signal belongs to: the retry layer reports to it whether a request was sent. */
export function unsentCall(signal: CallSignal): UnsentCall | undefined {
  return signal[CALL];
}

/** A call that runs to its end once a request that changes something was sent, and can be stopped before. */
export class UnsentCall {
  readonly #controller = callbackController();
  #mayBeSent: () => boolean = () => true;

  constructor() {
    const signal: CallSignal = this.#controller.signal;
    signal[CALL] = this;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Says how to find out whether something may have been sent; without a function, it may have been. */
  watch(mayBeSent: () => boolean = () => true): void {
    this.#mayBeSent = mayBeSent;
  }

  /** Whether something may have been sent. */
  get mayBeSent(): boolean {
    return this.#mayBeSent();
  }

  /** Stops the call if it has sent nothing. @returns whether it did. */
  stop(reason: unknown): boolean {
    if (this.mayBeSent) return false;
    this.#controller.abort(reason);
    return true;
  }
}
