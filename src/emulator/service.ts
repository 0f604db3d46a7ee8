import type { RateLimit } from './rate-limiter.ts';
import type { StructureShape, ValueOf } from './shapes.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

/** The services that can be emulated. */
export const SERVICE_IDS = ['athena', 'emr-serverless', 'emr', 'glue', 'dataproc', 'healthomics', 's3'] as const;

/** One of {@link SERVICE_IDS}. */
export type ServiceId = (typeof SERVICE_IDS)[number];

/** The truth about one session, independent of the service's answers. Times in epoch milliseconds. */
export interface SessionTruth {
  readonly service: ServiceId;
  /** The workgroup, the application, the cluster, or the parent of the resource name. */
  readonly scope: string;
  readonly id: string;
  /** The idempotency token it was started with. */
  readonly token: string | undefined;
  /** The service's own name for the state; `VANISHED` after the fault `session-vanishes`. */
  readonly state: string;
  /** Whether it still holds billed resources. */
  readonly live: boolean;
  readonly startedAtMs: number;
  /** When it first accepted work. */
  readonly readyAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  /** Seconds from start to end, or until now. */
  readonly billedSeconds: number;
}

/** The truth about one batch of runs, independent of the service's answers. */
export interface BatchTruth {
  readonly id: string;
  /** The request id it was started with. */
  readonly token: string;
  readonly status: string;
  readonly totalRuns: number;
  /** Runs that were submitted. */
  readonly startedRuns: number;
  /** Runs that still hold resources. */
  readonly liveRuns: number;
}

/** The truth about one calculation, independent of the service's answers. */
export interface CalculationTruth {
  readonly id: string;
  readonly sessionId: string;
  /** The token it was started with, if any. */
  readonly token: string | undefined;
  readonly state: string;
}

/** What tests, faults and the oracle can do with a session of any service. */
export interface EmulatedSession {
  readonly service: ServiceId;
  readonly id: string;
  truth(): SessionTruth;
  /**
   * Forces the session into a state `afterMs` from now; an ended session does not change.
   *
   * @throws SessionError `config-invalid` when the service has no such state.
   */
  become(state: string, when: { readonly reason: string | undefined; readonly afterMs: number }): void;
  /** Removes the record and releases its resources `afterMs` from now. */
  vanish(afterMs: number): void;
  /** Simulates work on the data plane: BUSY while `busy`, then IDLE. No effect while the session accepts no work. */
  setBusy(busy: boolean): void;
  /** Whether its data plane accepts calls. */
  readonly takesWork: boolean;
  /** Calls back after every change of its state; returns a function that unsubscribes. */
  onChange(listener: () => void): () => void;
}

/** The call that an operation runs in. */
export interface Call {
  /** The name of the operation. */
  readonly operation: string;
  /** Whether a list must answer an empty page, with a next token or as its last one. */
  readonly emptyPage: 'with-token' | 'last' | undefined;
  /** Why the calculation that this call starts must fail. */
  readonly calculationFailure: string | undefined;
  /** Records which session the call is about, for the log and for faults that happen to sessions. */
  touches(session: EmulatedSession): void;
}

/** The request shapes of operations, by operation name. */
export type Inputs = Readonly<Record<string, StructureShape>>;

/** One function for each operation of a table of inputs. */
export type Handlers<Table extends Inputs> = {
  readonly [Name in keyof Table]: (request: ValueOf<Table[Name]>, call: Call) => object;
};

/** One operation of a service: its request shape and what it does. */
export interface Operation {
  readonly input: StructureShape;
  run(input: unknown, call: Call): object;
}

/** Joins a table of inputs with its handlers. */
export function operationsOf<Table extends Inputs>(
  inputs: Table,
  handlers: Handlers<Table>,
): Readonly<Record<keyof Table & string, Operation>> {
  const entries = Object.entries(inputs).map(([name, input]) => {
    // Safe: the pipeline hands a handler only what passed its own input shape.
    return [name, { input, run: handlers[name] as Operation['run'] }];
  });
  return Object.fromEntries(entries) as Readonly<Record<keyof Table & string, Operation>>;
}

/** A request whose operation is known. */
export interface RoutedCall {
  readonly operation: string;
  readonly definition: Operation;
  /** The unchecked members from path, query and body. */
  readonly members: () => unknown;
  /** Converts the output to the form that this request asks for. */
  readonly encode?: (output: object) => object;
  /** The status of a success (default 200). */
  readonly status?: number;
}

/** The wire protocol of a service. */
export interface Protocol {
  route(request: WireRequest): RoutedCall;
  answer(output: object, requestId: string, status: number): WireAnswer;
  refuse(error: ServiceError, requestId: string): WireAnswer;
}

/** An error answer of a service. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: string;
  readonly httpStatus: number;
  /** Further members of the error body, such as Athena's `AthenaErrorCode`. */
  readonly members: Readonly<Record<string, string>>;
  /** Further headers, such as `retry-after`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    httpStatus: number,
    message: string,
    extra: { members?: Readonly<Record<string, string>>; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.code = code;
    this.httpStatus = httpStatus;
    this.members = extra.members ?? {};
    this.headers = extra.headers ?? {};
  }
}

/** The errors that every operation of a service shares. */
export interface CommonErrors {
  unreadable(message: string): ServiceError;
  invalid(message: string): ServiceError;
  throttled(): ServiceError;
  internal(): ServiceError;
  /** A signature that is missing or is for another service or region. */
  badSignature(code: string, message: string): ServiceError;
}

/** An emulated cloud service. */
export interface EmulatedService {
  readonly id: ServiceId;
  /** The service's name in a SigV4 credential scope; absent where calls are not signed. */
  readonly signingName?: string;
  /** The request member that makes an operation idempotent; absent where there is none. */
  readonly tokenMember?: string;
  /** The rates of its operations, or of what `quotaOf` names. */
  readonly rates?: Readonly<Record<string, RateLimit>> | undefined;
  readonly protocol: Protocol;
  readonly errors: CommonErrors;
  /** Which rate an operation counts against (default: its own). */
  readonly quotaOf?: (operation: string) => string;
  /** Every session that was ever started, including vanished ones, oldest first. */
  sessions(): readonly EmulatedSession[];
  /** Every batch that was ever started, oldest first; absent where there are none. */
  batches?(): readonly BatchTruth[];
  /** Every calculation that was ever started, oldest first; absent where there are none. */
  calculations?(): readonly CalculationTruth[];
  /** Ends what it runs on this machine. */
  close?(): void;
}
