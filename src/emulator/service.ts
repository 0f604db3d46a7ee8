import type { EmulatedSession } from './emulated-session.ts';
import type { StructureShape, ValueOf } from './shapes.ts';
import type { ServiceError } from './service-error.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

/** The services that can be emulated. */
export const SERVICE_IDS = ['athena', 'emr-serverless', 'dataproc', 'healthomics', 's3'] as const;

/** One of {@link SERVICE_IDS}. */
export type ServiceId = (typeof SERVICE_IDS)[number];

/** What an operation may ask of the call it runs in, and what it tells about itself. */
export interface Call {
  /** The caller wants an empty page that still has a next token. */
  readonly emptyPage: boolean;
  /** Why the calculation that this call starts is to fail. */
  readonly calculationFailure: string | undefined;
  /** Says which session the call is about, for the log and for faults that happen to sessions. */
  touches(session: EmulatedSession): void;
}

/** One operation of a service: what its request may look like and what it does. */
export interface Operation {
  readonly input: StructureShape;
  /** The name of the member that makes the operation idempotent. */
  readonly token?: string;
  run(input: unknown, call: Call): object;
}

/** An operation whose input has the type that its shape lets through. */
export function operation<Shape extends StructureShape>(definition: {
  input: Shape;
  token?: keyof Shape['members'] & string;
  run(input: ValueOf<Shape>, call: Call): object;
}): Operation {
  return definition;
}

/** A request of which the operation is known. */
export interface RoutedCall {
  readonly operation: string;
  readonly definition: Operation;
  /** The members as they came, from path, query and body; unchecked. */
  readonly members: () => unknown;
  /** Brings the answer into the form that this request asks for. */
  readonly encode?: (output: object) => object;
  /** The status of an answer that is no refusal; 200 unless said. */
  readonly status?: number;
}

/** How a service speaks on the wire. */
export interface Protocol {
  /** @throws ServiceError when there is no such operation. */
  route(request: WireRequest): RoutedCall;
  answer(output: object, requestId: string, status: number): WireAnswer;
  refuse(error: ServiceError, requestId: string): WireAnswer;
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

/** The truth about one batch of runs, whatever the service's answers say. */
export interface BatchTruth {
  readonly id: string;
  /** The request id it was started with. */
  readonly token: string;
  readonly status: string;
  readonly totalRuns: number;
  /** Runs that were really submitted. */
  readonly startedRuns: number;
  /** Runs that still hold resources. */
  readonly liveRuns: number;
}

/** The truth about one block of code, whatever the service's answers say. */
export interface CalculationTruth {
  readonly id: string;
  readonly sessionId: string;
  /** The token it was started with, if any. */
  readonly token: string | undefined;
  /** The state it really has. */
  readonly state: string;
}

/** A stand-in of one cloud service. */
export interface EmulatedService {
  readonly id: ServiceId;
  /** The service's name in a SigV4 credential scope; absent where calls are not signed. */
  readonly signingName?: string;
  readonly protocol: Protocol;
  readonly errors: CommonErrors;
  /** Which of its rates an operation counts against; its own unless said. */
  readonly quotaOf?: (operation: string) => string;
  /** Every session that was ever started, the vanished ones too, oldest first. */
  sessions(): readonly EmulatedSession[];
  /** The truth about every batch that was ever started, oldest first; absent where there are none. */
  batches?(): readonly BatchTruth[];
  /** The truth about every block of code that was ever started, oldest first; absent where there are none. */
  calculations?(): readonly CalculationTruth[];
}
