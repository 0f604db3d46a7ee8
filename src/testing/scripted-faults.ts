import type { ProviderOperation } from '../contract/operations.ts';
import type { Random } from '../contract/ports.ts';

/** The fault of one call of a scripted service. `after` means that the service acted and the caller does not know. */
export type ScriptedFault =
  | { readonly kind: 'throttled'; readonly retryAfterMs?: number }
  | { readonly kind: 'unavailable'; readonly effect: 'before' | 'after' }
  /** The answer takes `delayMs`; with `effect: 'after'` the service acts only then, even if its caller is gone. */
  | { readonly kind: 'slow'; readonly delayMs: number; readonly effect: 'before' | 'after' }
  /** The service acts and its answer never arrives. */
  | { readonly kind: 'lost-answer' }
  /** For `start` and `startCalculation`: the call succeeds, and what it starts breaks. */
  | { readonly kind: 'broken-start'; readonly reason: string }
  /** Refused with this code, before any effect. */
  | { readonly kind: 'refused'; readonly code: string; readonly httpStatus: number };

/** Random faults: each call of the operations fails with probability `rate`. */
export interface RandomFaults {
  readonly random: Random;
  /** 0..1 */
  readonly rate: number;
  readonly faults: readonly ScriptedFault[];
  /** All operations when absent. */
  readonly operations?: readonly ProviderOperation[];
}

/** The faults of the next calls of a scripted service: first the queued ones, then random ones. */
export class ScriptedFaults {
  readonly #queues = new Map<ProviderOperation, ScriptedFault[]>();
  #random: RandomFaults | undefined;

  /** Gives these faults to the next calls of the operation, one each, in order. */
  add(operation: ProviderOperation, ...faults: readonly ScriptedFault[]): void {
    this.#queues.set(operation, [...(this.#queues.get(operation) ?? []), ...faults]);
  }

  /** Gives random faults to all calls without a queued fault; `undefined` ends that. */
  setRandom(faults: RandomFaults | undefined): void {
    this.#random = faults;
  }

  /** Removes all faults. */
  clear(): void {
    this.#queues.clear();
    this.#random = undefined;
  }

  /** Takes the fault of this call. */
  take(operation: ProviderOperation): ScriptedFault | undefined {
    const queued = this.#queues.get(operation)?.shift();
    if (queued !== undefined) return queued;
    if (this.#random === undefined || this.#random.operations?.includes(operation) === false) return undefined;
    const { random, rate, faults } = this.#random;
    return random.next() < rate ? faults[Math.floor(random.next() * faults.length)] : undefined;
  }
}
