import { RpcStatus } from '../../grpc-status.ts';
import { encodeMessage, type FieldValue, type WireMessage } from '../wire-message.ts';
import { arrowBatches } from './arrow-batches.ts';
import type { DuckDbConnection } from './duckdb-connection.ts';
import { Operation } from './operation.ts';
import type { SqlPlan } from './sql-plan.ts';

/** Fields of `ExecutePlanResponse` and its parts. */
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

/** What a session needs. */
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

  /** The pairs that answer a Config request. */
  configure(operation: WireMessage | undefined): readonly Uint8Array[] {
    return configure(this.#settings, operation);
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

/** The kinds of a Config request. */
const OPERATION = { set: 1, get: 2, getWithDefault: 3, getOption: 4, getAll: 5, unset: 6, isModifiable: 7 } as const;

/** Answers a Config request from settings that are stored and have no effect; the answer is its pairs. */
function configure(settings: Map<string, string>, operation: WireMessage | undefined): readonly Uint8Array[] {
  const ask = (kind: number): WireMessage | undefined => operation?.message(kind);
  const keysOf = (asked: WireMessage): readonly string[] =>
    asked.texts(1).map((key) => Buffer.from(key).toString('utf8'));
  const pair = (key: string, value: string | undefined): Uint8Array => encodeMessage({ 1: key, 2: value });

  for (const { key, value } of pairsOf(ask(OPERATION.set))) settings.set(key, value);
  const unset = ask(OPERATION.unset);
  if (unset !== undefined) for (const key of keysOf(unset)) settings.delete(key);
  const asked = ask(OPERATION.get) ?? ask(OPERATION.getOption);
  if (asked !== undefined) return keysOf(asked).map((key) => pair(key, settings.get(key)));
  const withDefault = ask(OPERATION.getWithDefault);
  if (withDefault !== undefined) {
    return pairsOf(withDefault).map(({ key, value }) => pair(key, settings.get(key) ?? value));
  }
  const all = ask(OPERATION.getAll);
  if (all !== undefined) {
    const prefix = all.text(1);
    return [...settings].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => pair(key, value));
  }
  const modifiable = ask(OPERATION.isModifiable);
  return modifiable === undefined ? [] : keysOf(modifiable).map((key) => pair(key, 'true'));
}

function pairsOf(asked: WireMessage | undefined): readonly { readonly key: string; readonly value: string }[] {
  return (asked?.messages(1) ?? []).map((entry) => ({ key: entry.text(1), value: entry.text(2) }));
}
