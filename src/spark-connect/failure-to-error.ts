import type { ErrorKind } from '../contract/error-kinds.ts';
import { SessionError, type NativeError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { isOutOfMemory } from './out-of-memory.ts';
import { STATUS, type RpcFailure } from './rpc-failure.ts';
import type { FetchErrorDetailsResponse } from './wire/spark-connect_pb.ts';

/** What was being done when a call failed. */
export interface FailedCall {
  readonly handle: SessionHandle;
  /** Whether the statement may have run although its answer is lost. */
  readonly mayHaveRun: boolean;
  /** What the server told later on about its error. */
  readonly native?: NativeError;
}

/** Statuses that are not about the statement. */
const BY_STATUS: Readonly<Record<number, readonly [ErrorKind, string] | undefined>> = {
  [STATUS.CANCELLED]: ['unavailable', 'the server broke off the call; run the statement again'],
  [STATUS.DEADLINE_EXCEEDED]: ['timeout', 'the server did not answer in time'],
  [STATUS.PERMISSION_DENIED]: ['forbidden', 'the server refuses this token; ask for the right to use the session'],
  [STATUS.RESOURCE_EXHAUSTED]: ['rate-limited', 'the server has too much to do; try again later'],
  [STATUS.FAILED_PRECONDITION]: ['unsupported', 'the server lacks what this needs'],
  [STATUS.UNIMPLEMENTED]: [
    'unsupported',
    'the server does not speak this part of Spark Connect; use Spark 3.5 or later',
  ],
  [STATUS.UNAVAILABLE]: ['unavailable', 'the server cannot be reached; look whether the session still runs'],
  [STATUS.UNAUTHENTICATED]: ['unauthenticated', 'the server refuses this token and a new one; log in again'],
};

/** Error classes that say that what the server kept for us is gone. */
const LOST_SESSION = [
  'INVALID_HANDLE.SESSION_CLOSED',
  'INVALID_HANDLE.SESSION_CHANGED',
  'INVALID_HANDLE.SESSION_NOT_FOUND',
];
const LOST_OPERATION = [
  'INVALID_HANDLE.OPERATION_NOT_FOUND',
  'INVALID_HANDLE.OPERATION_ABANDONED',
  'INVALID_CURSOR.POSITION_NOT_AVAILABLE',
];

/**
 * An engine whose SparkContext has stopped goes on listening and fails every statement; no code tells it, only this text.
 * @see https://github.com/apache/spark/blob/master/core/src/main/scala/org/apache/spark/SparkContext.scala (read 2026-11-20)
 */
const STOPPED_ENGINE = 'Cannot call methods on a stopped SparkContext';

/**
 * Sail forgets an operation as soon as it has written its last answer, and has no error class to say so.
 * @see https://github.com/lakehq/sail (version 0.7.2, read 2026-11-21)
 */
const FORGOTTEN_BY_SAIL = 'operation not found:';

/**
 * What a server of 3.5 throws when it turns a type into Arrow that it has no form for, such as the INTERVAL of `make_interval`; its
 * parser says the same of types that it does not know, and throws something else.
 * @see https://github.com/apache/spark/blob/v3.5.7/sql/api/src/main/scala/org/apache/spark/sql/util/ArrowUtils.scala (read 2026-11-21)
 */
const NOT_SENT = {
  errorClass: 'UNSUPPORTED_DATATYPE',
  javaClass: 'org.apache.spark.SparkUnsupportedOperationException',
};

/** Spark 4.1 knows TIME and hands it out only when it is told to. @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html (read 2026-11-21) */
const TIME_IS_OFF = 'UNSUPPORTED_TIME_TYPE';

/** Traces of the server's stack, which it appends to some messages. */
const STACK_TRACE = /\n\s+at [\s\S]*$/;

/** The error that users get for a call that failed for good. */
export function toSessionError(failure: RpcFailure, call: FailedCall): SessionError {
  const [kind, message] = explain(failure);
  return new SessionError(kind, message, {
    operation: 'execute',
    provider: call.handle.provider,
    handle: call.handle,
    effect: call.mayHaveRun && kind !== 'invalid-request' ? 'unknown' : 'none',
    native: call.native ?? nativeOf(failure),
    // Waiting does not help: the same statement meets the same limit.
    ...(kind === 'quota-exceeded' && { retry: 'permanent' }),
  });
}

/** The error of a session whose state on the server is gone. */
export function sessionLostError(handle: SessionHandle, why: string, native?: NativeError): SessionError {
  return new SessionError(
    'session-failed',
    `the Spark session of ${handle.id} is lost (${why}): temporary views and settings are gone; start a new session`,
    { operation: 'execute', provider: handle.provider, handle, effect: 'unknown', native },
  );
}

/** What the server said, for a support ticket. */
export function nativeOf({ code, errorClass, spark }: RpcFailure): NativeError {
  const sqlState = spark?.sqlState;
  const messageParameters = spark?.messageParameters;
  return {
    code: errorClass ?? spark?.javaClass ?? `gRPC ${code}`,
    ...(sqlState !== undefined && { sqlState }),
    ...(messageParameters && { messageParameters }),
  };
}

/** Adds what a server of 4.0 or later tells when it is asked about an error. */
export function withDetails(native: NativeError, { rootErrorIdx, errors }: FetchErrorDetailsResponse): NativeError {
  const thrown = errors[rootErrorIdx ?? 0]?.sparkThrowable;
  if (thrown === undefined) return native;
  const { errorClass, sqlState, messageParameters, queryContexts } = thrown;
  const places = queryContexts.map(({ fragment, startIndex, stopIndex }) => ({
    fragment,
    start: startIndex,
    stop: stopIndex,
  }));
  return {
    ...native,
    code: errorClass ?? native.code,
    sqlState: sqlState ?? native.sqlState,
    messageParameters,
    ...(places.length > 0 && { queryContexts: places }),
  };
}

function explain(failure: RpcFailure): readonly [ErrorKind, string] {
  const { code, errorClass, spark } = failure;
  const message = failure.message.replace(STACK_TRACE, '');
  if (message.includes(STOPPED_ENGINE)) {
    return [
      'session-failed',
      'the engine has stopped working, perhaps for want of memory; start a new session with more of it',
    ];
  }
  if (errorClass !== undefined && LOST_SESSION.includes(errorClass)) {
    return [
      'session-failed',
      `the Spark session is lost (${errorClass}): temporary views and settings are gone; start a new session`,
    ];
  }
  if ((errorClass !== undefined && LOST_OPERATION.includes(errorClass)) || message.includes(FORGOTTEN_BY_SAIL)) {
    return [
      'unavailable',
      `the server has lost the statement; look whether it took effect, and run it again: ${message}`,
    ];
  }
  if (errorClass === 'OPERATION_CANCELED')
    return ['aborted', 'the statement was cancelled on the server by somebody else'];
  if (isOutOfMemory(failure)) {
    return [
      'quota-exceeded',
      `the engine has too little memory for this statement; have it hold less at once, or start a session with more: ${message}`,
    ];
  }
  if (errorClass === NOT_SENT.errorClass && spark?.javaClass === NOT_SENT.javaClass) {
    return [
      'unsupported',
      `this Spark cannot send a column of that type; CAST it to STRING in the statement: ${message}`,
    ];
  }
  if (errorClass === TIME_IS_OFF) {
    return [
      'unsupported',
      `TIME is switched off here; set spark.sql.timeType.enabled to true, or CAST the column to STRING: ${message}`,
    ];
  }
  if (failure.isUntrusted) {
    return [
      'config-invalid',
      `the certificate of the server is not trusted; check its address and the certificates (NODE_EXTRA_CA_CERTS): ${message}`,
    ];
  }
  const byStatus = BY_STATUS[code];
  if (byStatus !== undefined) return [byStatus[0], `${byStatus[1]}; it said: ${message}`];
  // XX: the server's own bug, and not the statement's.
  if (spark?.sqlState?.startsWith('XX') === true) return ['unexpected', `Spark failed inside itself: ${message}`];
  if (spark !== undefined || errorClass !== undefined || code === STATUS.INVALID_ARGUMENT) {
    return ['invalid-request', `Spark refuses the statement: ${message}`];
  }
  if (code === STATUS.INTERNAL) return ['unavailable', `the server failed: ${message}`];
  return ['unexpected', `the server answered with gRPC status ${code}, which no table knows: ${message}`];
}
