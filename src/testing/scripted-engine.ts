import type { ColumnBatch, ColumnField, ColumnType } from '../contract/column-batch.ts';
import type { Parameters } from '../contract/statement-runner.ts';
import { encodeBatch, type TestValue } from './column-encoder.ts';
import type { Clock } from '../contract/ports.ts';
import { ServiceFault, type ScriptedFault } from './scripted-faults.ts';
import type { ScriptedCall } from './scripted-wire.ts';
import type { ScriptedSession } from './scripted-session.ts';

/** The rows that a statement returns. */
export interface ScriptedRows {
  readonly columns: Readonly<Record<string, ColumnType['kind'] | ColumnType>> | readonly ColumnField[];
  /** The rows, or a function of the bound parameters. */
  readonly rows: readonly (readonly TestValue[])[] | ((parameters: Parameters) => readonly (readonly TestValue[])[]);
  /** How long the engine works before it returns the columns, milliseconds; 0 by default. */
  readonly durationMs?: number;
  /** Rows in one batch; 2 by default, so that a few rows are several batches. */
  readonly batchRows?: number;
}

/** What a scripted engine does with one text. */
export type ScriptedStatement =
  | ScriptedRows
  /** The engine refuses the text, with this message. */
  | { readonly error: string }
  /** The statement runs until it is cancelled or the session ends. */
  | { readonly neverEnds: true };

/** The statements that a scripted service knows: `SELECT 1` and the texts that a test sets. */
export class ScriptedStatements {
  readonly #byText = new Map<string, ScriptedStatement>();

  constructor() {
    this.set('SELECT 1', { columns: { one: 'integer' }, rows: [[1]] });
  }

  /** Sets the answer of one text. */
  set(text: string, statement: ScriptedStatement): this {
    this.#byText.set(text, statement);
    return this;
  }

  get(text: string): ScriptedStatement | undefined {
    return this.#byText.get(text);
  }
}

const SHORT_TYPES: { readonly [kind: string]: ColumnType | undefined } = {
  integer: { kind: 'integer', bits: 32, signed: true },
  float: { kind: 'float', bits: 64 },
  decimal: { kind: 'decimal', precision: 18, scale: 2 },
};

/** The fields of a scripted result; a kind alone means its usual type (a 32-bit integer, a double, DECIMAL(18,2)). */
export function toFields(columns: ScriptedRows['columns']): readonly ColumnField[] {
  if (Array.isArray(columns)) return columns as readonly ColumnField[];
  return Object.entries(columns as Readonly<Record<string, ColumnType['kind'] | ColumnType>>).map(([name, type]) => ({
    name,
    type: typeof type === 'string' ? (SHORT_TYPES[type] ?? ({ kind: type } as ColumnType)) : type,
    nullable: true,
  }));
}

/** What comes with each request: whether the caller still waits, and the number of the attempt. */
export interface ScriptedRequest {
  readonly signal: AbortSignal;
  readonly attempt: number;
}

/** What the engine and the calculations need of their service. */
export interface ScriptedHost {
  readonly takesWorkWhileBusy: boolean;
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
      const takesMore = session.state === 'RUNNING' && this.#host.takesWorkWhileBusy;
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
