import type { Clock } from '../contract/ports.ts';
import type { ScriptedFault } from './scripted-faults.ts';
import type { ScriptedCall, ScriptedOracle } from './scripted-oracle.ts';
import { ServiceFault } from './scripted-errors.ts';

/** What comes with a request besides its content. */
export interface WireRequest {
  /** Aborts when the caller no longer waits. */
  readonly signal: AbortSignal;
  readonly attempt: number;
  /** The fault of this request. */
  readonly fault: ScriptedFault | undefined;
}

/** The connection between a scripted service and its callers: records every request, delays answers, breaks on demand. */
export class ScriptedWire {
  readonly #service: { readonly oracle: ScriptedOracle; nowMs(): number };
  readonly #clock: Clock;
  readonly #latencyMs: number;

  constructor(options: {
    readonly service: { readonly oracle: ScriptedOracle; nowMs(): number };
    readonly clock: Clock;
    readonly latencyMs: number;
  }) {
    this.#service = options.service;
    this.#clock = options.clock;
    this.#latencyMs = options.latencyMs;
  }

  /** Answers one request with the result of `act`; at once when there is no latency and no fault. */
  async answer<T>(
    call: Pick<ScriptedCall, 'operation' | 'token' | 'sessionId'>,
    { signal, attempt, fault }: WireRequest,
    act: () => T,
  ): Promise<T> {
    this.#service.oracle.calls.push({ ...call, attempt, atMs: this.#service.nowMs() });
    switch (fault?.kind) {
      case 'throttled':
        throw new ServiceFault('Throttled', 429, 'too many requests', fault.retryAfterMs);
      case 'refused':
        throw new ServiceFault(fault.code, fault.httpStatus, 'the request was refused');
      case 'unavailable':
        if (fault.effect === 'after') act();
        throw new ServiceFault('Unavailable', 503, 'try again later');
      case 'lost-answer':
        act();
        return new Promise<never>(() => {});
      case 'slow':
        return this.#answerSlowly(fault, signal, act);
      case 'broken-start':
      case undefined: {
        const answer = act();
        if (this.#latencyMs > 0) await this.#wait(this.#latencyMs, signal);
        return answer;
      }
    }
  }

  async #answerSlowly<T>(
    fault: ScriptedFault & { readonly kind: 'slow' },
    signal: AbortSignal,
    act: () => T,
  ): Promise<T> {
    // The request has been sent: the service acts on it even if its caller is gone.
    if (fault.effect === 'after') await this.#wait(fault.delayMs);
    const answer = act();
    if (fault.effect === 'before') await this.#wait(fault.delayMs, signal);
    return answer;
  }

  /** Waits on the clock; an abort cancels the timer. */
  #wait(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.schedule(delayMs, () => {
        signal?.removeEventListener('abort', cancel);
        resolve();
      });
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }
}
