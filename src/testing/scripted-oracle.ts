import type { ProviderOperation } from '../contract/operations.ts';

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
