import type { ProviderOperation } from '../contract/operations.ts';

/** One request that reached a scripted service. */
export interface ScriptedCall {
  readonly operation: ProviderOperation | 'cancel';
  /** The start token, for `start` and `startCalculation`. */
  readonly token?: string;
  readonly sessionId?: string;
  /** The attempt that the caller said it was, from 1. */
  readonly attempt: number;
  /** The service's time, epoch milliseconds. */
  readonly atMs: number;
}

/** One session that a scripted service really started. */
export interface ScriptedStart {
  readonly sessionId: string;
  readonly token: string;
}

/**
 * What really happened at a scripted service: it decides in tests, never the provider under test.
 * Which sessions are live is asked of the service at the moment of asking.
 */
export class ScriptedOracle {
  readonly calls: ScriptedCall[] = [];
  readonly started: ScriptedStart[] = [];
  readonly #liveIds: () => readonly string[];
  readonly #runningStatements: () => readonly string[];

  constructor(sources: {
    readonly liveIds: () => readonly string[];
    readonly runningStatements: () => readonly string[];
  }) {
    this.#liveIds = sources.liveIds;
    this.#runningStatements = sources.runningStatements;
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

  /** The ids of the sessions that still hold something: not final. */
  live(): readonly string[] {
    return this.#liveIds();
  }

  /** The ids of the sessions that have ended for good. */
  ended(): readonly string[] {
    const live = new Set(this.live());
    return this.started.map((start) => start.sessionId).filter((id) => !live.has(id));
  }

  /** The ids of the statements that the engine is working on. */
  runningStatements(): readonly string[] {
    return this.#runningStatements();
  }
}
