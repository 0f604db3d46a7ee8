import type { ServiceError } from '../service.ts';
import type { Timeline } from '../timeline.ts';
import { grpcNumber } from './google-errors.ts';
import { toTimestamp } from './google-json.ts';

export interface OperationBirth {
  readonly name: string;
  /** What it is about. */
  readonly over: 'Session' | 'Batch';
  readonly type: 'CREATE' | 'TERMINATE' | 'DELETE' | 'BATCH';
  /** The resource name of the session or batch. */
  readonly resource: string;
  readonly uuid: string;
  readonly description: string;
}

/** One `google.longrunning.Operation` over a session or a batch. */
export class LongRunning {
  readonly name: string;
  readonly #birth: OperationBirth;
  readonly #timeline: Timeline;
  readonly #createdAtMs: number;
  #end: { readonly atMs: number; readonly outcome: object } | undefined;

  constructor(timeline: Timeline, birth: OperationBirth) {
    this.name = birth.name;
    this.#birth = birth;
    this.#timeline = timeline;
    this.#createdAtMs = timeline.nowMs();
  }

  succeed(resource: object): void {
    this.#finish({ response: { '@type': this.#typeUrl(''), ...resource } });
  }

  fail({ code, message }: Pick<ServiceError, 'code' | 'message'>): void {
    this.#finish({ error: { code: grpcNumber(code), message } });
  }

  /** The value of a field that lists are filtered by, as a text. */
  fieldOf(field: string): string | undefined {
    if (field === 'done') return String(this.#end !== undefined);
    const { over, resource, type } = this.#birth;
    if (field === 'metadata.session') return over === 'Session' ? resource : undefined;
    return type;
  }

  toJson(): object {
    const { over, resource, uuid, type, description } = this.#birth;
    return {
      name: this.name,
      metadata: {
        '@type': this.#typeUrl('OperationMetadata'),
        ...(over === 'Session' ? { session: resource, sessionUuid: uuid } : { batch: resource, batchUuid: uuid }),
        createTime: toTimestamp(this.#createdAtMs),
        ...(this.#end !== undefined && { doneTime: toTimestamp(this.#end.atMs) }),
        operationType: type,
        description,
      },
      ...(this.#end !== undefined && { done: true, ...this.#end.outcome }),
    };
  }

  #typeUrl(suffix: string): string {
    return `type.googleapis.com/google.cloud.dataproc.v1.${this.#birth.over}${suffix}`;
  }

  #finish(outcome: object): void {
    this.#end ??= { atMs: this.#timeline.nowMs(), outcome };
  }
}
