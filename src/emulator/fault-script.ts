import type { Random } from '../contract/ports.ts';
import { parseFault, type Fault, type FaultEffect, type RpcFault } from './fault.ts';
import type { ServiceId } from './service.ts';

interface Planned {
  readonly fault: Fault;
  toSkip: number;
  toStrike: number;
}

/** Where a fault strikes when it does not say: sessions and calculations break when they are started. */
const USUAL_OPERATIONS: Partial<Record<FaultEffect['kind'], readonly string[]>> = {
  'session-becomes': ['StartSession', 'CreateSession'],
  'session-vanishes': ['StartSession', 'CreateSession'],
  'calculation-fails': ['StartCalculationExecution'],
  'rpc-finds-nothing': ['Interrupt'],
};
/** Where the other faults of the data plane strike when they do not say. */
const USUAL_RPC = ['ExecutePlan'];

/** Faults that take the place of the answer: a call has one answer, so one of them strikes it and the next waits for the next call. */
const SPOILERS: ReadonlySet<FaultEffect['kind']> = new Set([
  'throttle',
  'server-error',
  'html',
  'error',
  'reset',
  'lost-answer',
]);

/** Faults that are the end of a call of the data plane, which has one. */
const RPC_ENDS: ReadonlySet<FaultEffect['kind']> = new Set(['rpc-error', 'rpc-end', 'rpc-silence', 'rpc-cut']);

/** A fault of the data plane strikes there alone, and the others never do. */
function isRpcFault(fault: Fault): fault is RpcFault {
  return fault.kind.startsWith('rpc-');
}

/** Spoilers that keep the call from taking effect: what happens to a session then waits for a call that does. */
function isPrevented(spoiler: Fault | undefined): boolean {
  if (spoiler === undefined || spoiler.kind === 'lost-answer') return false;
  return spoiler.kind !== 'reset' || spoiler.when === 'before';
}

/** The faults that are still to come. */
export class FaultScript {
  readonly #random: Random;
  #planned: Planned[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * Adds faults to those that wait already. They strike in this order; a call can be struck by several that go together,
   * such as `slow` and `session-becomes`.
   *
   * @throws SessionError `config-invalid` when a fault is not understood; then none is added.
   */
  add(...faults: readonly Fault[]): void {
    const planned = faults.map(parseFault).map((fault) => ({
      fault,
      toSkip: fault.skip ?? 0,
      toStrike: fault.times ?? (fault.probability === undefined ? 1 : Number.POSITIVE_INFINITY),
    }));
    this.#planned.push(...planned);
  }

  /** Forgets every fault that has not struck yet. */
  clear(): void {
    this.#planned = [];
  }

  /** The faults that still wait. */
  pending(): readonly Fault[] {
    return this.#planned.map((planned) => planned.fault);
  }

  /** The faults that strike this call of the data plane, one of each kind and one that ends it; each is used up by as much. */
  strikeRpc(service: ServiceId, method: string): readonly RpcFault[] {
    const taken = new Set<string>();
    const struck: RpcFault[] = [];
    for (const planned of this.#planned) {
      const { fault } = planned;
      if (!isRpcFault(fault)) continue;
      const slot = RPC_ENDS.has(fault.kind) ? 'end' : fault.kind;
      if (taken.has(slot) || !this.#strikes(planned, service, method)) continue;
      taken.add(slot);
      struck.push(fault);
    }
    this.#planned = this.#planned.filter((planned) => planned.toStrike > 0);
    return struck;
  }

  /** The faults that strike this call; each is used up by as much. */
  strike(service: ServiceId, operation: string): readonly Fault[] {
    const spoiler = this.#planned.find(
      (planned) => SPOILERS.has(planned.fault.kind) && this.#strikes(planned, service, operation),
    );
    const taken = new Set<string>();
    const others = this.#planned.filter((planned) => {
      const { kind } = planned.fault;
      if (isRpcFault(planned.fault) || SPOILERS.has(kind) || taken.has(kind)) return false;
      if (kind in USUAL_OPERATIONS && isPrevented(spoiler?.fault)) return false;
      if (!this.#strikes(planned, service, operation)) return false;
      taken.add(kind);
      return true;
    });
    this.#planned = this.#planned.filter((planned) => planned.toStrike > 0);
    return [...(spoiler === undefined ? [] : [spoiler]), ...others].map((planned) => planned.fault);
  }

  #strikes(planned: Planned, service: ServiceId, operation: string): boolean {
    const { fault } = planned;
    const usual = USUAL_OPERATIONS[fault.kind] ?? (isRpcFault(fault) ? USUAL_RPC : undefined);
    const aims = fault.operation === undefined ? usual : [fault.operation];
    if (fault.service !== undefined && fault.service !== service) return false;
    if (aims !== undefined && !aims.includes(operation)) return false;
    if (planned.toSkip > 0) {
      planned.toSkip -= 1;
      return false;
    }
    if (fault.probability !== undefined && this.#random.next() >= fault.probability) return false;
    planned.toStrike -= 1;
    return true;
  }
}
