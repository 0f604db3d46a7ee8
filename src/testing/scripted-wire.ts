import type { Clock } from '../contract/ports.ts';
import type { ScriptedFault } from './scripted-faults.ts';
import type { ScriptedCall, ScriptedOracle } from './scripted-oracle.ts';
import { ServiceFault } from './service-fault.ts';

/** What a request brings along besides its content. */
export interface WireRequest {
  /** Aborts when the caller no longer waits. */
  readonly signal: AbortSignal;
  readonly attempt: number;
  /** What goes wrong with this request. */
  readonly fault: ScriptedFault | undefined;
}

/** The way between a scripted service and its callers: writes every request down, takes its time, and breaks on demand. */
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

  /** Answers one request with what `act` gives; without latency and faults it acts and answers at once. */
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
    // The request is under way: the service acts on it whether or not anybody still waits.
    if (fault.effect === 'after') await this.#wait(fault.delayMs);
    const answer = act();
    if (fault.effect === 'before') await this.#wait(fault.delayMs, signal);
    return answer;
  }

  /** Waits on the clock; a caller that has gone takes the timer along. */
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
