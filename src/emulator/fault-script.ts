import type { Random } from '../contract/ports.ts';
import { parseFault, type Fault, type FaultEffect, type RpcFault } from './fault.ts';
import type { ServiceId } from './service.ts';

interface Planned {
  readonly fault: Fault;
  toSkip: number;
  toStrike: number;
}

/** The default operations of faults: sessions and calculations break when they are started. */
const DEFAULT_OPERATIONS: Partial<Record<FaultEffect['kind'], readonly string[]>> = {
  'session-becomes': ['StartSession', 'CreateSession'],
  'session-vanishes': ['StartSession', 'CreateSession'],
  'calculation-fails': ['StartCalculationExecution', 'RunStatement'],
  'rpc-version': ['AnalyzePlan'],
  'rpc-finds-nothing': ['Interrupt'],
};
/** The default operation of the other faults of the data plane. */
const DEFAULT_RPC = ['ExecutePlan'];

/**
 * Faults that replace the answer, or end a call of the data plane: a call has one end, so one of them strikes it and the next
 * waits for the next call.
 */
const ENDS: ReadonlySet<FaultEffect['kind']> = new Set([
  ...(['throttle', 'server-error', 'html', 'error', 'reset', 'lost-answer'] as const),
  ...(['rpc-error', 'rpc-token-expires', 'rpc-end', 'rpc-silence', 'rpc-cut'] as const),
]);

/** Faults of the data plane strike only there, and the others never do. */
function isRpcFault(fault: Fault): fault is RpcFault {
  return fault.kind.startsWith('rpc-');
}

/** Whether the call takes no effect: what happens to a session then waits for a call that does. */
function hasNoEffect(end: Fault | undefined): boolean {
  if (end === undefined || end.kind === 'lost-answer') return false;
  return end.kind !== 'reset' || end.when === 'before';
}

/** The faults that have not struck yet. */
export class FaultScript {
  readonly #random: Random;
  #planned: Planned[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * Adds faults after those that are pending. They strike in this order; several can strike one call when they combine,
   * such as `slow` and `session-becomes`.
   *
   * @throws SessionError `config-invalid` when a fault is not valid; then none is added.
   */
  add(...faults: readonly Fault[]): void {
    const planned = faults.map(parseFault).map((fault) => ({
      fault,
      toSkip: fault.skip ?? 0,
      toStrike: fault.times ?? (fault.probability === undefined ? 1 : Number.POSITIVE_INFINITY),
    }));
    this.#planned.push(...planned);
  }

  /** Removes every pending fault. */
  clear(): void {
    this.#planned = [];
  }

  /** The pending faults. */
  pending(): readonly Fault[] {
    return this.#planned.map((planned) => planned.fault);
  }

  /** Takes the faults that strike this call of the data plane: one of each kind, and one that ends it. */
  strikeRpc(service: ServiceId, method: string): readonly RpcFault[] {
    return this.#take(({ fault }) => isRpcFault(fault), service, method).filter(isRpcFault);
  }

  /** Takes the faults that strike this call: one of each kind, and one that replaces its answer. */
  strike(service: ServiceId, operation: string, accessKeyId: string | undefined): readonly Fault[] {
    const isHere = ({ fault }: Planned): boolean =>
      !isRpcFault(fault) && (fault.accessKeyId === undefined || fault.accessKeyId === accessKeyId);
    return this.#take(isHere, service, operation);
  }

  #take(isHere: (planned: Planned) => boolean, service: ServiceId, operation: string): readonly Fault[] {
    const here = this.#planned.filter(isHere);
    const strikes = (planned: Planned): boolean => this.#strikes(planned, service, operation);
    const end = here.find((planned) => ENDS.has(planned.fault.kind) && strikes(planned));
    const taken = new Set<string>();
    const struck = here.filter((planned) => {
      const { kind } = planned.fault;
      if (planned === end) return true;
      if (ENDS.has(kind) || taken.has(kind)) return false;
      if (kind in DEFAULT_OPERATIONS && !isRpcFault(planned.fault) && hasNoEffect(end?.fault)) return false;
      if (!strikes(planned)) return false;
      taken.add(kind);
      return true;
    });
    this.#planned = this.#planned.filter((planned) => planned.toStrike > 0);
    return struck.map((planned) => planned.fault);
  }

  #strikes(planned: Planned, service: ServiceId, operation: string): boolean {
    const { fault } = planned;
    const defaults = DEFAULT_OPERATIONS[fault.kind] ?? (isRpcFault(fault) ? DEFAULT_RPC : undefined);
    const aims = fault.operation === undefined ? defaults : [fault.operation];
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
