import { RpcStatus } from '../../grpc-status.ts';
import { encodeMessage, type FieldValue, type WireMessage } from '../wire-message.ts';
import { arrowBatches } from './arrow-batches.ts';
import type { DuckDbConnection } from './duckdb-connection.ts';
import { Operation } from './operation.ts';
import type { SqlPlan } from './sql-plan.ts';

/** The fields of `ExecutePlanResponse`, its batch, a relation, and the kinds of a Config request. */
const RESPONSE = {
  sessionId: 1,
  batch: 2,
  sqlCommandResult: 5,
  operationId: 12,
  responseId: 13,
  complete: 14,
} as const;
const SERVER_SIDE_SESSION_ID = 15;
const BATCH = { rowCount: 1, data: 2, startOffset: 3 } as const;
const LOCAL_RELATION = 11;
const CONFIG = { set: 1, get: 2, getWithDefault: 3, getOption: 4, getAll: 5, unset: 6, isModifiable: 7 } as const;

export interface ResponderSessionParts {
  readonly id: string;
  /** The server's own id of the session; Spark 3.5 has none. */
  readonly serverSideId: string | undefined;
  readonly connection: DuckDbConnection;
}

/** One Spark session of the substitute: a database, settings without effect, and operations. */
export class ResponderSession {
  readonly serverSideId: string | undefined;
  readonly #id: string;
  readonly #connection: DuckDbConnection;
  readonly #settings = new Map<string, string>();
  readonly #operations = new Map<string, Operation>();

  constructor({ id, serverSideId, connection }: ResponderSessionParts) {
    this.#id = id;
    this.serverSideId = serverSideId;
    this.#connection = connection;
  }

  /** @throws RpcStatus when the operation id is taken. */
  begin(plan: SqlPlan, { id, tags }: { readonly id: string; readonly tags: readonly string[] }): Operation {
    if (this.#operations.has(id)) {
      throw RpcStatus.ofSpark('INVALID_HANDLE.OPERATION_ALREADY_EXISTS', `The operation ${id} already exists.`);
    }
    const operation = new Operation(tags, (signal) => this.#answers(id, this.#perform(plan, signal)));
    this.#operations.set(id, operation);
    return operation;
  }

  /** @throws RpcStatus when it is unknown. */
  operation(id: string): Operation {
    const operation = this.#operations.get(id);
    if (operation !== undefined) return operation;
    throw RpcStatus.ofSpark('INVALID_HANDLE.OPERATION_NOT_FOUND', `The operation ${id} is unknown.`);
  }

  /** Releases the answers up to the given number; ignores an unknown operation. */
  release(id: string, until: number): void {
    this.#operations.get(id)?.release(until);
  }

  /** Stops and removes an operation; ignores an unknown one. */
  forget(id: string): void {
    this.#operations.get(id)?.interrupt();
    this.#operations.delete(id);
  }

  /** Stops the selected operations and gives their ids. */
  interrupt(isSelected: (id: string, operation: Operation) => boolean): readonly string[] {
    return [...this.#operations].flatMap(([id, operation]) =>
      isSelected(id, operation) && operation.interrupt() ? [id] : [],
    );
  }

  /** The pairs that answer a Config request; settings are stored and have no effect. */
  configure(operation: WireMessage | undefined): readonly Uint8Array[] {
    const settings = this.#settings;
    const pairs = (kind: number) =>
      operation
        ?.message(kind)
        ?.messages(1)
        .map((entry) => [entry.text(1), entry.text(2)] as const);
    const keys = (kind: number) => operation?.message(kind)?.strings(1);
    const all = operation?.message(CONFIG.getAll);

    for (const [key, value] of pairs(CONFIG.set) ?? []) settings.set(key, value);
    for (const key of keys(CONFIG.unset) ?? []) settings.delete(key);
    const answer: readonly (readonly [key: string, value: string | undefined])[] =
      (keys(CONFIG.get) ?? keys(CONFIG.getOption))?.map((key) => [key, settings.get(key)] as const) ??
      pairs(CONFIG.getWithDefault)?.map(([key, value]) => [key, settings.get(key) ?? value] as const) ??
      keys(CONFIG.isModifiable)?.map((key) => [key, 'true'] as const) ??
      [...settings].filter(([key]) => all !== undefined && key.startsWith(all.text(1)));
    return answer.map(([key, value]) => encodeMessage({ 1: key, 2: value }));
  }

  async close(): Promise<void> {
    for (const id of [...this.#operations.keys()]) this.forget(id);
    await this.#connection.close();
  }

  async *#perform(plan: SqlPlan, signal: AbortSignal): AsyncGenerator<Record<number, FieldValue>, void, undefined> {
    if (plan.kind === 'rows') {
      yield { [RESPONSE.batch]: encodeMessage({ [BATCH.data]: plan.stream }) };
    } else if (plan.kind === 'command') {
      const relation = (await this.#connection.isQuery(plan.sql, signal))
        ? plan.relation
        : await this.#runCommand(plan, signal);
      yield { [RESPONSE.sqlCommandResult]: encodeMessage({ 1: relation }) };
    } else {
      const result = await this.#connection.run(plan.sql, signal);
      let startOffset = 0n;
      for await (const { rowCount, stream } of arrowBatches(result)) {
        const batch = { [BATCH.rowCount]: BigInt(rowCount), [BATCH.data]: stream, [BATCH.startOffset]: startOffset };
        yield { [RESPONSE.batch]: encodeMessage(batch) };
        startOffset += BigInt(rowCount);
      }
    }
    yield { [RESPONSE.complete]: encodeMessage({}) };
  }

  /** Commands run at once, and the answer has their rows as a local relation. */
  async #runCommand(plan: SqlPlan & { readonly kind: 'command' }, signal: AbortSignal): Promise<Uint8Array> {
    const result = await this.#connection.run(plan.sql, signal);
    const { stream } = await firstOf(arrowBatches(result, Number.POSITIVE_INFINITY));
    return encodeMessage({ [LOCAL_RELATION]: encodeMessage({ 1: stream }) });
  }

  async *#answers(
    operationId: string,
    contents: AsyncIterable<Record<number, FieldValue>>,
  ): AsyncGenerator<(number: number) => Uint8Array, void, undefined> {
    for await (const content of contents) {
      yield (number) =>
        encodeMessage({
          [RESPONSE.sessionId]: this.#id,
          [RESPONSE.operationId]: operationId,
          [RESPONSE.responseId]: String(number),
          [SERVER_SIDE_SESSION_ID]: this.serverSideId,
          ...content,
        });
    }
  }
}

async function firstOf<Batch>(batches: AsyncIterable<Batch>): Promise<Batch> {
  for await (const batch of batches) return batch;
  throw new Error('a result always has a batch');
}
