import type { ProviderOperation } from '../contract/operations.ts';
import type { Random } from '../contract/ports.ts';

/** What can go wrong with one call of a scripted service. `after` means: the service acted, and the caller does not know. */
export type ScriptedFault =
  | { readonly kind: 'throttled'; readonly retryAfterMs?: number }
  | { readonly kind: 'unavailable'; readonly effect: 'before' | 'after' }
  /** The answer takes `delayMs`; with `effect: 'after'` the service acts only then, even when its caller has gone. */
  | { readonly kind: 'slow'; readonly delayMs: number; readonly effect: 'before' | 'after' }
  /** The service acts and its answer never arrives. */
  | { readonly kind: 'lost-answer' }
  /** For `start` and `startCalculation`: the call succeeds, and what it starts breaks. */
  | { readonly kind: 'broken-start'; readonly reason: string }
  /** Refused with this code, before any effect. */
  | { readonly kind: 'refused'; readonly code: string; readonly httpStatus: number };

/** Faults that come by chance: each call of the named operations fails with probability `rate`. */
export interface RandomFaults {
  readonly random: Random;
  /** 0..1 */
  readonly rate: number;
  readonly faults: readonly ScriptedFault[];
  /** All operations when absent. */
  readonly operations?: readonly ProviderOperation[];
}

/** Which faults the next calls of a scripted service meet: first those that were queued, then those that chance gives. */
export class ScriptedFaults {
  readonly #queues = new Map<ProviderOperation, ScriptedFault[]>();
  #byChance: RandomFaults | undefined;

  /** Lets the next calls of the operation meet these faults, one call each, in order. */
  add(operation: ProviderOperation, ...faults: readonly ScriptedFault[]): void {
    this.#queues.set(operation, [...(this.#queues.get(operation) ?? []), ...faults]);
  }

  /** Lets chance decide for every call that no queued fault meets; `undefined` ends it. */
  setRandom(faults: RandomFaults | undefined): void {
    this.#byChance = faults;
  }

  /** Forgets everything that was to come. */
  clear(): void {
    this.#queues.clear();
    this.#byChance = undefined;
  }

  /** The fault that this call meets; used up by asking. */
  take(operation: ProviderOperation): ScriptedFault | undefined {
    const queued = this.#queues.get(operation)?.shift();
    if (queued !== undefined) return queued;
    const chance = this.#byChance;
    if (chance === undefined || chance.operations?.includes(operation) === false) return undefined;
    if (chance.random.next() >= chance.rate) return undefined;
    return chance.faults[Math.floor(chance.random.next() * chance.faults.length)];
  }
}
