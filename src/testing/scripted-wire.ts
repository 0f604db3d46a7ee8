import type { ProviderOperation } from '../contract/operations.ts';
import type { Clock } from '../contract/ports.ts';
import { ServiceFault, type ScriptedFault } from './scripted-faults.ts';

/** One request that reached a scripted service. */
export interface ScriptedCall {
  readonly operation: ProviderOperation | 'cancel';
  /** The start token, for `start` and `startCalculation`. */
  readonly token?: string;
  readonly sessionId?: string;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** The service's time, epoch milliseconds. */
  readonly atMs: number;
}

/** One session that a scripted service started. */
export interface ScriptedStart {
  readonly sessionId: string;
  readonly token: string;
}

/**
 * What really happened at a scripted service. Tests read it here, never from the provider under test.
 */
export class ScriptedOracle {
  readonly calls: ScriptedCall[] = [];
  readonly started: ScriptedStart[] = [];
  /** The ids of the sessions that still hold something: not final. */
  readonly live: () => readonly string[];
  /** The ids of the statements that the engine is working on. */
  readonly runningStatements: () => readonly string[];

  constructor(sources: Pick<ScriptedOracle, 'live' | 'runningStatements'>) {
    this.live = sources.live;
    this.runningStatements = sources.runningStatements;
  }

  /** How many requests of an operation, or of all, have arrived. */
  callCount(operation?: ScriptedCall['operation']): number {
    return operation === undefined
      ? this.calls.length
      : this.calls.filter((call) => call.operation === operation).length;
  }

  /** How many sessions were started, with this token or at all. */
  startedCount(token?: string): number {
    return token === undefined ? this.started.length : this.started.filter((start) => start.token === token).length;
  }

  /** The ids of the sessions that have ended for good. */
  ended(): readonly string[] {
    const live = new Set(this.live());
    return this.started.map((start) => start.sessionId).filter((id) => !live.has(id));
  }
}

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
