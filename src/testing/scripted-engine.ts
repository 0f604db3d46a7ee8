import type { Capabilities } from '../contract/capabilities.ts';
import type { ColumnBatch, ColumnField } from '../contract/column-batch.ts';
import type { Clock } from '../contract/ports.ts';
import type { Parameters } from '../contract/statement-runner.ts';
import { encodeBatch } from './column-encoder.ts';
import { ServiceFault } from './scripted-errors.ts';
import type { ScriptedFault } from './scripted-faults.ts';
import type { ScriptedCall } from './scripted-oracle.ts';
import type { ScriptedSession } from './scripted-session.ts';
import { toFields, type ScriptedRows, type ScriptedStatement, type ScriptedStatements } from './scripted-statements.ts';

/** What comes with each request: whether the caller still waits, and the number of the attempt. */
export interface ScriptedRequest {
  readonly signal: AbortSignal;
  readonly attempt: number;
}

/** What the engine and the calculations need of their service. */
export interface ScriptedHost {
  readonly capabilities: Capabilities;
  readonly statements: ScriptedStatements;
  nowMs(): number;
  session(sessionId: string): ScriptedSession;
  request<T>(
    call: Pick<ScriptedCall, 'operation' | 'sessionId' | 'token'>,
    request: ScriptedRequest,
    act: (fault: ScriptedFault | undefined) => T,
  ): Promise<T>;
}

/** A result that a scripted engine holds until it is read to its end or released. */
export interface ScriptedResult {
  readonly fields: readonly ColumnField[];
  readonly batches: readonly ColumnBatch[];
  /** Whether the engine still has it. */
  isHeld(): boolean;
  /** Releases it; the session is free again. */
  release(): void;
}

interface RunningStatement {
  readonly sessionId: string;
  readonly statementId: string;
  readonly startedMs: number;
  readonly durationMs: number;
  /** Ends the work with a fault. */
  readonly stop: (fault: ServiceFault) => void;
}

/** Runs the statements of a scripted service: a session is RUNNING from the request until its result is released. */
export class ScriptedEngine {
  readonly #host: ScriptedHost;
  readonly #clock: Clock;
  readonly #running = new Map<string, RunningStatement>();

  constructor(options: { readonly host: ScriptedHost; readonly clock: Clock }) {
    this.#host = options.host;
    this.#clock = options.clock;
  }

  /** The ids of the statements that are running or whose result is held. */
  running(): readonly string[] {
    this.dropEnded();
    return [...this.#running.values()].map((statement) => statement.statementId);
  }

  async run(
    input: {
      readonly sessionId: string;
      readonly statementId: string;
      readonly text: string;
      readonly parameters: Parameters;
    },
    request: ScriptedRequest,
  ): Promise<ScriptedResult> {
    const { sessionId, statementId, text } = input;
    const { done } = await this.#host.request({ operation: 'execute', sessionId }, request, () => {
      const session = this.#host.session(sessionId);
      const takesMore = session.state === 'RUNNING' && this.#host.capabilities.concurrentStatements;
      if (session.state !== 'IDLE' && !takesMore) throw session.refusal();
      const statement = this.#host.statements.get(text) ?? { error: `no such statement: ${JSON.stringify(text)}` };
      if ('error' in statement) throw new ServiceFault('BadStatement', 400, statement.error);
      const done = this.#work(sessionId, statementId, statement);
      // The caller may be gone before it ends.
      done.catch(() => undefined);
      // Wrapped, so that the answer to the request does not wait for the work.
      return { done };
    });
    const { rows, columns, batchRows = 2 } = await done;
    const all = typeof rows === 'function' ? rows(input.parameters) : rows;
    const fields = toFields(columns);
    const batches: ColumnBatch[] = [];
    for (let from = 0; from < all.length; from += batchRows)
      batches.push(encodeBatch(fields, all.slice(from, from + batchRows)));
    return {
      fields,
      batches,
      isHeld: () => this.#find(sessionId, statementId) !== undefined,
      release: () => this.#end(sessionId, statementId),
    };
  }

  /** Stops a statement; one that is unknown or finished stays as it is. */
  cancel(sessionId: string, statementId: string, request: ScriptedRequest): Promise<void> {
    return this.#host.request({ operation: 'cancel', sessionId }, request, () =>
      this.#find(sessionId, statementId)?.stop(new ServiceFault('Cancelled', 499, 'the statement was cancelled')),
    );
  }

  /** How much of a statement's duration has passed, 0..1; `undefined` when it is not running or has no end. */
  fraction(sessionId: string, statementId: string): number | undefined {
    const statement = this.#find(sessionId, statementId);
    if (statement === undefined || !Number.isFinite(statement.durationMs)) return undefined;
    if (statement.durationMs === 0) return 1;
    return Math.min(1, (this.#host.nowMs() - statement.startedMs) / statement.durationMs);
  }

  /** Stops the statements whose session has ended meanwhile. */
  dropEnded(): void {
    for (const statement of this.#running.values()) {
      const { state, isFinal } = this.#host.session(statement.sessionId);
      if (isFinal || state === 'STOPPING' || state === 'UNHEALTHY')
        statement.stop(new ServiceFault('SessionEnded', 409, `the session is ${state}`));
    }
  }

  #work(
    sessionId: string,
    statementId: string,
    statement: Exclude<ScriptedStatement, { error: string }>,
  ): Promise<ScriptedRows> {
    const session = this.#host.session(sessionId);
    const startedMs = this.#host.nowMs();
    const durationMs = 'rows' in statement ? (statement.durationMs ?? 0) : Number.POSITIVE_INFINITY;
    session.changeWork(1, startedMs);
    return new Promise((resolve, reject) => {
      let cancelTimer = (): void => {};
      const stop = (fault: ServiceFault): void => {
        cancelTimer();
        this.#end(sessionId, statementId);
        reject(fault);
      };
      const finish = (): void => {
        this.dropEnded();
        if ('rows' in statement && this.#find(sessionId, statementId) !== undefined) resolve(statement);
      };
      this.#running.set(keyOf(sessionId, statementId), { sessionId, statementId, startedMs, durationMs, stop });
      // The session may end before the statement.
      const workMs = Math.min(durationMs, session.lifetimeEndsMs - startedMs);
      if (workMs === 0) finish();
      else if (Number.isFinite(workMs)) cancelTimer = this.#clock.schedule(workMs, finish);
    });
  }

  #find(sessionId: string, statementId: string): RunningStatement | undefined {
    return this.#running.get(keyOf(sessionId, statementId));
  }

  #end(sessionId: string, statementId: string): void {
    if (!this.#running.delete(keyOf(sessionId, statementId))) return;
    this.#host.session(sessionId).changeWork(-1, this.#host.nowMs());
  }
}

function keyOf(sessionId: string, statementId: string): string {
  return JSON.stringify([sessionId, statementId]);
}
