import { create } from '@bufbuild/protobuf';
import type { ColumnBatch, ColumnField } from '../contract/column-batch.ts';
import type {
  StatementExecution,
  StatementProgress,
  StatementRequest,
  StepMetrics,
} from '../contract/statement-runner.ts';
import type { ArrowDecoder } from './arrow-decoder.ts';
import { BatchAssembler, gap } from './batch-assembler.ts';
import type { ConnectSession } from './connect-session.ts';
import { Operation } from './operation.ts';
import { toStepMetrics } from './step-metrics.ts';
import { toProgress } from './progress.ts';
import { toSqlPlan } from './sql-parameters.ts';
import { PlanSchema, type ExecutePlanResponse, type Relation } from './wire/spark-connect_pb.ts';

/** What a statement runs with. */
export interface SqlExecutionParts {
  readonly session: ConnectSession;
  readonly decode: ArrowDecoder;
  readonly signal: AbortSignal;
}

/**
 * One SQL statement, in the two steps of the protocol: the server runs a command at once and sends its rows along, while a query
 * comes back as a relation that is run as the second step. Sent as a query at once, a command could run twice.
 * @see https://github.com/apache/spark/pull/40160 (read 2026-11-20)
 */
export class SqlExecution implements StatementExecution {
  readonly #parts: SqlExecutionParts;
  readonly #assembler = new BatchAssembler();
  #operation: Operation | undefined;
  #fields: readonly ColumnField[] = [];
  /** What was read to learn the columns. */
  #first: readonly ColumnBatch[] = [];
  #progress: StatementProgress | undefined;
  #metrics: readonly StepMetrics[] = [];

  constructor(parts: SqlExecutionParts) {
    this.#parts = parts;
  }

  get fields(): readonly ColumnField[] {
    return this.#fields;
  }

  get progress(): StatementProgress | undefined {
    return this.#progress;
  }

  metrics(): readonly StepMetrics[] {
    return this.#metrics;
  }

  /** Runs the statement until its columns are known, or fails and leaves nothing running. @throws SessionError */
  async begin({ text, parameters }: StatementRequest): Promise<void> {
    try {
      const relation = await this.#runCommand(text, parameters);
      if (relation?.relType.case === 'localRelation') {
        const { data } = relation.relType.value;
        if (data !== undefined && data.length > 0) this.#keep(this.#parts.decode(data));
        return;
      }
      if (relation === undefined) return;
      this.#start(create(PlanSchema, { opType: { case: 'root', value: relation } }));
      const first = await this.#nextStream();
      if (first !== undefined) this.#keep(first);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async *batches(): AsyncGenerator<ColumnBatch, void, undefined> {
    yield* this.#first;
    this.#first = [];
    for (let stream = await this.#nextStream(); stream !== undefined; stream = await this.#nextStream()) {
      yield* stream.batches;
    }
  }

  async close(): Promise<void> {
    await this.#operation?.stop();
  }

  async #runCommand(text: string, parameters: StatementRequest['parameters']): Promise<Relation | undefined> {
    const command = this.#start(toSqlPlan(text, parameters));
    let relation: Relation | undefined;
    try {
      for (let answer = await command.next(); answer !== undefined; answer = await command.next()) {
        this.#note(answer);
        if (answer.responseType.case === 'sqlCommandResult') relation = answer.responseType.value.relation;
      }
    } catch (error) {
      // The command has run and what it gave is here: a server that has forgotten it by now takes nothing away. Sail does at once.
      if (relation === undefined || this.#parts.signal.aborted) throw error;
    }
    return relation;
  }

  #start(plan: Parameters<typeof create<typeof PlanSchema>>[1] & object): Operation {
    const { session, signal } = this.#parts;
    this.#operation = new Operation(session, create(PlanSchema, plan), signal);
    return this.#operation;
  }

  /** The next batch of the server, decoded. */
  async #nextStream(): Promise<ReturnType<ArrowDecoder> | undefined> {
    const operation = this.#operation;
    for (let answer = await operation?.next(); answer !== undefined; answer = await operation?.next()) {
      this.#note(answer);
      if (answer.responseType.case !== 'arrowBatch') continue;
      const whole = this.#assembler.add(answer.responseType.value);
      if (whole === undefined) continue;
      const stream = this.#parts.decode(whole.stream);
      const rows = stream.batches.reduce((sum, batch) => sum + batch.rowCount, 0);
      if (rows !== whole.rowCount) throw gap(`a batch holds ${rows} rows and should hold ${whole.rowCount}`);
      return stream;
    }
    this.#assembler.assertWhole();
    return undefined;
  }

  #keep({ fields, batches }: ReturnType<ArrowDecoder>): void {
    this.#fields = fields;
    this.#first = batches;
  }

  #note({ responseType, metrics }: ExecutePlanResponse): void {
    if (metrics !== undefined) this.#metrics = toStepMetrics(metrics);
    if (responseType.case === 'executionProgress') this.#progress = toProgress(responseType.value);
  }
}
