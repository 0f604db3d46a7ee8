import { Lifecycle, type Phase, type Timeline } from '../timeline.ts';
import { startupOf, type World } from '../world.ts';
import type { BatchCreate } from './dataproc-inputs.ts';
import { badField, refusal } from './google-errors.ts';
import { toTimestamp } from './google-json.ts';
import type { LongRunning, OperationBirth } from './long-running.ts';

type BatchState = 'PENDING' | 'RUNNING' | 'CANCELLED' | 'SUCCEEDED';

/** One batch of Dataproc Serverless. It runs nothing: it is PENDING and then RUNNING for the time of a start each, and succeeds. */
class DataprocBatch {
  readonly name: string;
  readonly uuid: string;
  readonly operation: LongRunning;
  readonly #request: BatchCreate;
  readonly #lifecycle: Lifecycle<BatchState>;

  constructor(
    timeline: Timeline,
    birth: {
      readonly name: string;
      readonly uuid: string;
      readonly operation: LongRunning;
      readonly request: BatchCreate;
      readonly startupMs: number;
    },
  ) {
    this.name = birth.name;
    this.uuid = birth.uuid;
    this.operation = birth.operation;
    this.#request = birth.request;
    this.#lifecycle = new Lifecycle<BatchState>(timeline, 'PENDING');
    this.#lifecycle.then(birth.startupMs, () => {
      this.#lifecycle.enter('RUNNING');
      this.#lifecycle.then(birth.startupMs, () => {
        this.#lifecycle.enter('SUCCEEDED');
        this.operation.succeed(this.toJson());
      });
    });
  }

  get hasEnded(): boolean {
    return ['SUCCEEDED', 'CANCELLED'].includes(this.#lifecycle.current.state);
  }

  cancel(): void {
    if (this.hasEnded) return;
    this.#lifecycle.enter('CANCELLED');
    this.operation.fail({ code: 'CANCELLED', message: `Batch ${this.name} was cancelled.` });
  }

  toJson(): object {
    const { state, sinceMs } = this.#lifecycle.current;
    const { batch } = this.#request;
    return {
      ...batch,
      name: this.name,
      uuid: this.uuid,
      createTime: toTimestamp(this.#lifecycle.startedAtMs),
      state,
      stateTime: toTimestamp(sinceMs),
      creator: 'emulated@example.com',
      runtimeConfig: { version: '2.3', ...batch.runtimeConfig },
      operation: this.operation.name,
      stateHistory: this.#lifecycle.until(0).slice(0, -1).map(toHistoryEntry),
    };
  }
}

function toHistoryEntry({ state, sinceMs }: Phase<BatchState>): object {
  return { state, stateStartTime: toTimestamp(sinceMs) };
}

/** The batches of all regions, so that programs which submit Spark jobs can be tested. They are not sessions: the oracle has none. */
export class DataprocBatches {
  readonly #world: World;
  readonly #record: (scope: string, birth: Omit<OperationBirth, 'name'>) => LongRunning;
  readonly #byName = new Map<string, DataprocBatch>();

  constructor(world: World, record: (scope: string, birth: Omit<OperationBirth, 'name'>) => LongRunning) {
    this.#world = world;
    this.#record = record;
  }

  create(request: BatchCreate): LongRunning {
    const { batch, parent } = request;
    const kinds = [batch.pysparkBatch, batch.sparkBatch, batch.sparkRBatch, batch.sparkSqlBatch];
    if (kinds.filter((kind) => kind !== undefined).length !== 1) {
      throw badField(
        'batch',
        'Exactly one of pyspark_batch, spark_batch, spark_r_batch and spark_sql_batch must be set.',
      );
    }
    const uuid = this.#world.random.uuid();
    const name = nameOf(`${parent}/batches/${request.batchId || uuid}`);
    if (this.#byName.has(name)) {
      throw refusal('ALREADY_EXISTS', `Already exists: Failed to create batch: Batch ${name}`);
    }
    const birth = { over: 'Batch', type: 'BATCH', resource: name, uuid, description: 'Batch' } as const;
    const operation = this.#record(parent, birth);
    const startupMs = startupOf(this.#world);
    const created = new DataprocBatch(this.#world.timeline, { name, uuid, operation, request, startupMs });
    this.#byName.set(name, created);
    return operation;
  }

  /** @throws ServiceError when there is no such batch. */
  require(name: string): DataprocBatch {
    const batch = this.#byName.get(nameOf(name));
    if (batch === undefined) throw refusal('NOT_FOUND', `Not found: Batch ${name}`);
    return batch;
  }

  /** Those of a place, newest first. */
  in(parent: string): readonly DataprocBatch[] {
    return [...this.#byName.values()].filter(({ name }) => name.startsWith(nameOf(`${parent}/batches/`))).reverse();
  }

  /** @throws ServiceError when it does not exist or still runs. */
  remove(name: string): void {
    const batch = this.require(name);
    if (!batch.hasEnded) throw refusal('FAILED_PRECONDITION', `Batch ${name} has not ended.`);
    this.#byName.delete(batch.name);
  }

  /** Cancels the batch of an operation; false when it is the operation of no batch. */
  cancel(operation: LongRunning): boolean {
    const batch = [...this.#byName.values()].find((each) => each.operation === operation);
    batch?.cancel();
    return batch !== undefined;
  }
}

/** Google's clients write `locations` or `regions`. */
function nameOf(name: string): string {
  return name.replace('/regions/', '/locations/');
}
