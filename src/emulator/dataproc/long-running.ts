import type { ServiceError } from '../service.ts';
import type { Timeline } from '../timeline.ts';
import { grpcNumber } from './google-errors.ts';
import { toTimestamp } from './google-json.ts';

export interface OperationBirth {
  readonly name: string;
  readonly type: 'CREATE' | 'TERMINATE' | 'DELETE';
  readonly session: string;
  readonly sessionUuid: string;
  readonly description: string;
}

/** One `google.longrunning.Operation` over a session. */
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

  succeed(session: object): void {
    this.#finish({ response: { '@type': 'type.googleapis.com/google.cloud.dataproc.v1.Session', ...session } });
  }

  fail({ code, message }: Pick<ServiceError, 'code' | 'message'>): void {
    this.#finish({ error: { code: grpcNumber(code), message } });
  }

  /** The value of a field that lists are filtered by, as a text. */
  fieldOf(field: string): string | undefined {
    if (field === 'done') return String(this.#end !== undefined);
    return field === 'metadata.session' ? this.#birth.session : this.#birth.type;
  }

  toJson(): object {
    const { session, sessionUuid, type, description } = this.#birth;
    return {
      name: this.name,
      metadata: {
        '@type': 'type.googleapis.com/google.cloud.dataproc.v1.SessionOperationMetadata',
        session,
        sessionUuid,
        createTime: toTimestamp(this.#createdAtMs),
        ...(this.#end !== undefined && { doneTime: toTimestamp(this.#end.atMs) }),
        operationType: type,
        description,
      },
      ...(this.#end !== undefined && { done: true, ...this.#end.outcome }),
    };
  }

  #finish(outcome: object): void {
    this.#end ??= { atMs: this.#timeline.nowMs(), outcome };
  }
}
