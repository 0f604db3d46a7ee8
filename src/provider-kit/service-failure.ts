import type { ErrorKind } from '../contract/error-kinds.ts';
import { possibleEffect } from '../contract/operations.ts';
import { cutText } from '../contract/secret-text.ts';
import { SessionError, type NativeError } from '../contract/session-error.ts';
import type { FailedCall } from './call-runner.ts';
import { proxyAdvice, type FailureStage } from './network-failure.ts';
import { omitUndefined } from './omit-undefined.ts';

/** What a client library threw, read once. */
export interface ServiceFailure {
  readonly stage: FailureStage;
  /** The service's code, the socket's code, or the name of the error. */
  readonly code: string;
  /** The service's message; empty where the answer has none that can be read. */
  readonly message: string;
  readonly httpStatus?: number | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** One value for all operations, or a general one with exceptions by operation. */
export type ByOperation<Value extends string, Operation extends string> =
  Value | ({ readonly general?: Value } & Partial<Readonly<Record<Operation, Value>>>);

/** A service's error codes and their kinds. */
export type ErrorTable<Operation extends string> = Readonly<Record<string, ByOperation<ErrorKind, Operation>>>;

/** What the caller can do about an error, by kind: the end of its message. */
export type Advice<Operation extends string> = Partial<Readonly<Record<ErrorKind, ByOperation<string, Operation>>>>;

/** Looks up the value for one operation. */
export function pickFor<Value extends string, Operation extends string>(
  row: ByOperation<Value, Operation> | undefined,
  operation: Operation,
): Value | undefined {
  if (typeof row !== 'object') return row;
  const { general, [operation]: exception } = row as Partial<Readonly<Record<string, Value>>>;
  return exception ?? general;
}

/** Looks up a code in an error table. */
export function kindOfCode<Operation extends string>(
  table: ErrorTable<Operation>,
  code: string,
  operation: Operation,
): ErrorKind | undefined {
  return Object.hasOwn(table, code) ? pickFor<ErrorKind, Operation>(table[code], operation) : undefined;
}

/** What {@link toServiceError} needs besides the failure. */
export interface ServiceErrorParts<Operation extends string> {
  readonly provider: string;
  /** The service's name in messages. */
  readonly service: string;
  /** Whose credentials it takes, such as `AWS`. */
  readonly account: string;
  readonly kind: ErrorKind;
  /** Whether the service may have acted on the request. */
  readonly mayHaveActed: boolean;
  readonly advice: Advice<Operation>;
  readonly cause: unknown;
}

/** A mistyped region makes the name of a host that does not exist. */
const UNKNOWN_HOST = 'Check the region or the endpoint, and the name servers of this machine.';

/** No code of a service is as long. */
const LONGEST_CODE = 200;

/** The error of a failed call, with who failed, why, and what to do. */
export function toServiceError<Operation extends string>(
  failure: ServiceFailure,
  { operation, handle, scope }: FailedCall<Operation>,
  { provider, kind, mayHaveActed, advice, cause, ...names }: ServiceErrorParts<Operation>,
): SessionError {
  const { requestId, httpStatus, retryAfterMs } = failure;
  const code = cutText(failure.code, LONGEST_CODE);
  const isUnknownHost = failure.stage === 'connect' && code === 'ENOTFOUND';
  const action = proxyAdvice(code) ?? pickFor(advice[kind], operation);
  const message = `${operation} in ${scope}: ${describeFailure({ ...failure, code, message: cutText(failure.message) }, names)}${action === undefined ? '' : `; ${action}`}`;
  return new SessionError(kind, message, {
    operation,
    provider,
    handle,
    native: omitUndefined<NativeError>({ code, requestId, httpStatus }),
    effect: mayHaveActed ? possibleEffect(operation) : 'none',
    retryAfterMs,
    cause,
    ...(isUnknownHost && { advice: UNKNOWN_HOST }),
  });
}

function describeFailure(
  { stage, code, message, httpStatus }: ServiceFailure,
  { service, account }: { readonly service: string; readonly account: string },
): string {
  switch (stage) {
    case 'credentials':
      return `could not get ${account} credentials: ${message}`;
    case 'connect':
      return `cannot connect to ${service} (${code}): ${message}`;
    case 'wire':
      return `the connection to ${service} broke before it answered (${code})`;
    case 'local':
      return `the client library could not make the request (${code}): ${message}`;
    case 'answer':
      if (message !== '') return `${service} answered ${code}: ${message}`;
      return `cannot read the answer of ${service}${httpStatus === undefined ? '' : ` (HTTP ${httpStatus})`} (${code})`;
  }
}
