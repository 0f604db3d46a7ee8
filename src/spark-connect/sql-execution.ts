import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { ColumnBatch, ColumnField } from '../contract/column-batch.ts';
import type {
  StatementExecution,
  StatementProgress,
  StatementRequest,
  StepMetrics,
} from '../contract/statement-runner.ts';
import type { Span } from '../contract/ports.ts';
import { decodeArrowStream, type DecodedStream } from './arrow-stream.ts';
import { BatchAssembler, gap } from './batch-assembler.ts';
import type { ConnectSession } from './connect-session.ts';
import { Operation } from './operation.ts';
import { toProgress, toStepMetrics } from './progress.ts';
import { toSqlPlan } from './sql-parameters.ts';
import { PlanSchema, type ExecutePlanResponse, type Relation } from './wire/spark-connect_pb.ts';

/**
 * One SQL statement, in the protocol's two steps. The server runs a command at once and sends its rows along. A query
 * comes back as a relation, which is run as the second step. A command sent as a query could run twice.
 * @see https://github.com/apache/spark/pull/40160 (read 2026-11-20)
 */
export class SqlExecution implements StatementExecution {
  readonly #session: ConnectSession;
  readonly #signal: AbortSignal;
  readonly #span: Span | undefined;
  readonly #assembler = new BatchAssembler();
  #operation: Operation | undefined;
  /** The stream that was read to learn the columns. */
  #first: Pick<DecodedStream, 'fields' | 'batches'> & Partial<DecodedStream> = { fields: [], batches: [] };
  #progress: StatementProgress | undefined;
  #metrics: readonly StepMetrics[] = [];

  constructor(session: ConnectSession, signal: AbortSignal, span?: Span) {
    this.#session = session;
    this.#signal = signal;
    this.#span = span;
  }

  get fields(): readonly ColumnField[] {
    return this.#first.fields;
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
        if (data !== undefined && data.length > 0) this.#first = await decodeArrowStream(data);
        return;
      }
      if (relation === undefined) return;
      this.#start({ opType: { case: 'root', value: relation } });
      this.#first = (await this.#nextStream()) ?? this.#first;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async *batches(): AsyncGenerator<ColumnBatch, void, undefined> {
    const { batches } = this.#first;
    // Frees the memory of the batches.
    this.#first = { ...this.#first, batches: [] };
    yield* batches;
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
      // The command has run and its answer is here. Sail forgets a command at once, which is no failure.
      if (relation === undefined || this.#signal.aborted) throw error;
    }
    return relation;
  }

  #start(plan: MessageInitShape<typeof PlanSchema>): Operation {
    this.#operation = new Operation(this.#session, create(PlanSchema, plan), {
      signal: this.#signal,
      span: this.#span,
    });
    return this.#operation;
  }

  /** The server's next batch, decoded. */
  async #nextStream(): Promise<DecodedStream | undefined> {
    const operation = this.#operation;
    for (let answer = await operation?.next(); answer !== undefined; answer = await operation?.next()) {
      this.#note(answer);
      if (answer.responseType.case !== 'arrowBatch') continue;
      const whole = this.#assembler.add(answer.responseType.value);
      if (whole === undefined) continue;
      const stream = await decodeArrowStream(whole.stream, this.#first.schema);
      const rows = stream.batches.reduce((sum, batch) => sum + batch.rowCount, 0);
      if (rows !== whole.rowCount) throw gap(`a batch has ${rows} rows instead of ${whole.rowCount}`);
      return stream;
    }
    this.#assembler.assertWhole();
    return undefined;
  }

  #note({ responseType, metrics }: ExecutePlanResponse): void {
    if (metrics !== undefined) this.#metrics = toStepMetrics(metrics);
    if (responseType.case === 'executionProgress') this.#progress = toProgress(responseType.value);
  }
}
