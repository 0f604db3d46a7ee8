import type { ServiceId } from './service.ts';

/** The record of one call. It never contains a signature, an endpoint token or the value of a property. */
export interface CallRecord {
  /** Counts from 1. */
  readonly number: number;
  /** Epoch milliseconds on the emulator's clock. */
  readonly atMs: number;
  readonly service: ServiceId;
  /** Undefined when the operation is unknown. */
  readonly operation: string | undefined;
  /** The parsed request with masked property values; undefined when it could not be parsed. */
  readonly input: unknown;
  /** The idempotency token, where the operation has one and the caller sent it. */
  readonly token: string | undefined;
  /** `amz-sdk-invocation-id`: the same on every attempt of one call. */
  readonly invocationId: string | undefined;
  /** `amz-sdk-request`, for example `attempt=2; max=3`. */
  readonly attempt: string | undefined;
  readonly userAgent: string | undefined;
  readonly requestId: string;
  readonly sessionId: string | undefined;
  /** The status of the answer, also when a fault withheld it. */
  readonly httpStatus: number | undefined;
  /** The code of the error answer. */
  readonly errorCode: string | undefined;
  /** The kinds of the faults that struck the call. */
  readonly faults: readonly string[];
  /** Whether the answer was sent, replaced by a reset, or withheld. */
  readonly delivery: 'answer' | 'reset' | 'silence';
}

/** What {@link CallLog.onHandled} calls. */
export type CallListener = (record: CallRecord) => void;

/** A record that is not complete yet. */
export type OpenCallRecord = { -readonly [Member in keyof CallRecord]: CallRecord[Member] };

/** How many calls are remembered; the oldest are forgotten first. */
const REMEMBERED_CALLS = 100_000;

/** Every call that reached a service, in order. */
export class CallLog {
  readonly #records: CallRecord[] = [];
  readonly #listeners = new Set<CallListener>();
  #count = 0;

  onHandled(listener: CallListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells the listeners that a call has taken effect and that its answer comes next. */
  handled(record: CallRecord): void {
    for (const listener of [...this.#listeners]) listener({ ...record });
  }

  open(
    start: Pick<CallRecord, 'atMs' | 'service' | 'requestId'> &
      Partial<Pick<CallRecord, 'invocationId' | 'attempt' | 'userAgent'>>,
  ): OpenCallRecord {
    this.#count += 1;
    const record: OpenCallRecord = {
      number: this.#count,
      invocationId: undefined,
      attempt: undefined,
      userAgent: undefined,
      ...start,
      operation: undefined,
      input: undefined,
      token: undefined,
      sessionId: undefined,
      httpStatus: undefined,
      errorCode: undefined,
      faults: [],
      delivery: 'answer',
    };
    this.#records.push(record);
    if (this.#records.length > REMEMBERED_CALLS) this.#records.shift();
    return record;
  }

  /** A copy that later calls do not change. */
  records(): readonly CallRecord[] {
    return this.#records.map((record) => ({ ...record }));
  }
}

/** Maps whose values may contain passwords; their keys are kept. */
const MASKED_MEMBERS = new Set([
  'properties',
  'Properties',
  'SparkProperties',
  'AdditionalConfigs',
  'DefaultArguments',
]);

/** The request without the values of properties. */
export function maskProperties(input: unknown): unknown {
  if (Array.isArray(input)) return input.map(maskProperties);
  if (typeof input !== 'object' || input === null) return input;
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      MASKED_MEMBERS.has(name) ? maskValues(value) : maskProperties(value),
    ]),
  );
}

function maskValues(map: unknown): unknown {
  if (typeof map !== 'object' || map === null) return map;
  return Object.fromEntries(Object.keys(map).map((key) => [key, '***']));
}
