import type { ErrorKind } from '../contract/error-kinds.ts';
import { SessionError, type NativeError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { ClientFailure } from '../provider-kit/grpc-failure.ts';
import { isTlsCode, kindOfStage, proxyAdvice } from '../provider-kit/network-failure.ts';
import { isOutOfMemory } from './out-of-memory.ts';
import { STATUS, type RpcFailure } from './rpc-failure.ts';
import type { FetchErrorDetailsResponse } from './wire/spark-connect_pb.ts';

/** The context of a failed call. */
export interface FailedCall {
  readonly handle: SessionHandle;
  /** Host and port of the server. */
  readonly address: string;
  /** Whether the statement may have run although its answer is lost. */
  readonly mayHaveRun: boolean;
  /** The details of the error that the server gave later. */
  readonly native?: NativeError;
}

/** Statuses that are not about the statement. */
const BY_STATUS: Readonly<Record<number, readonly [ErrorKind, string] | undefined>> = {
  [STATUS.CANCELLED]: ['unavailable', 'The server ended the call. Run the statement again.'],
  [STATUS.DEADLINE_EXCEEDED]: ['timeout', 'The server did not answer in time.'],
  [STATUS.PERMISSION_DENIED]: ['forbidden', 'The server denies access with this token. Check your permissions.'],
  [STATUS.RESOURCE_EXHAUSTED]: ['rate-limited', 'The server is overloaded. Try again later.'],
  [STATUS.FAILED_PRECONDITION]: ['unsupported', 'The server cannot run this.'],
  [STATUS.UNIMPLEMENTED]: [
    'unsupported',
    'The server does not implement this part of Spark Connect. Use Spark 3.5 or later.',
  ],
  [STATUS.UNAVAILABLE]: ['unavailable', 'The server cannot be reached. Check whether the session still runs.'],
  [STATUS.UNAUTHENTICATED]: ['unauthenticated', 'The server rejected this token and a new one. Log in again.'],
};

/** Error classes of a session, or an operation, that the server no longer has. */
const LOST_SESSION = ['SESSION_CLOSED', 'SESSION_CHANGED', 'SESSION_NOT_FOUND'].map((name) => `INVALID_HANDLE.${name}`);
const LOST_OPERATION = [
  'INVALID_HANDLE.OPERATION_NOT_FOUND',
  'INVALID_HANDLE.OPERATION_ABANDONED',
  'INVALID_CURSOR.POSITION_NOT_AVAILABLE',
];

/**
 * A server whose SparkContext has stopped fails every statement with this text and no code.
 * @see https://github.com/apache/spark/blob/master/core/src/main/scala/org/apache/spark/SparkContext.scala (read 2026-11-20)
 */
const STOPPED_ENGINE = 'Cannot call methods on a stopped SparkContext';

/**
 * Sail forgets an operation as soon as it has written its last answer, and has no error class for that.
 * @see https://github.com/lakehq/sail (version 0.7.2, read 2026-11-21)
 */
const FORGOTTEN_BY_SAIL = 'operation not found:';

/**
 * Spark 3.5 throws this for a column of a type without an Arrow form, such as the INTERVAL of `make_interval`. Its parser
 * uses the same error class for unknown types, with another Java class.
 * @see https://github.com/apache/spark/blob/v3.5.7/sql/api/src/main/scala/org/apache/spark/sql/util/ArrowUtils.scala (read 2026-11-21)
 */
const NOT_SENT = {
  errorClass: 'UNSUPPORTED_DATATYPE',
  javaClass: 'org.apache.spark.SparkUnsupportedOperationException',
};

/** Spark 4.1 has TIME behind a setting. @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html (read 2026-11-21) */
const TIME_IS_OFF = 'UNSUPPORTED_TIME_TYPE';

/** Some messages end with the server's stack. */
const STACK_TRACE = /\n\s+at [\s\S]*$/;

/** The error that users get for a call that failed for good. */
export function toSessionError(failure: RpcFailure, call: FailedCall): SessionError {
  const [kind, message] = explain(failure, call.address);
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

/** The error of a session whose state on the server is lost. */
export function sessionLostError(handle: SessionHandle, why: string): SessionError {
  const message = lostSession(`The Spark session of ${handle.id}`, why);
  return new SessionError('session-failed', message, {
    operation: 'execute',
    provider: handle.provider,
    handle,
    effect: 'unknown',
  });
}

/** The error of an endpoint whose token anyone on the way could read. */
export function unencryptedError(handle: SessionHandle, host: string): SessionError {
  const message = `The token was not sent to "${host}" without TLS. Use an endpoint with TLS.`;
  return new SessionError('config-invalid', message, { operation: 'execute', provider: handle.provider, handle });
}

/** The server's own words, for a support ticket. */
export function nativeOf({ code, errorClass, spark }: RpcFailure): NativeError {
  const sqlState = spark?.sqlState;
  const messageParameters = spark?.messageParameters;
  return {
    code: errorClass ?? spark?.javaClass ?? `gRPC ${code}`,
    ...(sqlState !== undefined && { sqlState }),
    ...(messageParameters && { messageParameters }),
  };
}

/** Adds the details that a server of Spark 4.0 or later keeps about an error. */
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

function explain(failure: RpcFailure, address: string): readonly [ErrorKind, string] {
  const { code, errorClass = '', spark } = failure;
  const message = failure.message.replace(STACK_TRACE, '');
  if (message.includes(STOPPED_ENGINE)) {
    return ['session-failed', 'The engine has stopped, possibly out of memory. Start a session with more memory.'];
  }
  if (LOST_SESSION.includes(errorClass)) return ['session-failed', lostSession('The Spark session', errorClass)];
  if (LOST_OPERATION.includes(errorClass) || message.includes(FORGOTTEN_BY_SAIL)) {
    return [
      'unavailable',
      `The server lost the statement. Check whether it took effect, then run it again. Server: ${message}`,
    ];
  }
  if (errorClass === 'OPERATION_CANCELED') return ['aborted', 'Somebody else cancelled the statement on the server.'];
  if (isOutOfMemory(failure)) {
    return [
      'quota-exceeded',
      `The engine has too little memory for this statement. Process less data at once, or start a session with more memory. Server: ${message}`,
    ];
  }
  if (errorClass === NOT_SENT.errorClass && spark?.javaClass === NOT_SENT.javaClass) {
    return [
      'unsupported',
      `This Spark cannot send a column of that type. CAST it to STRING in the statement. Server: ${message}`,
    ];
  }
  if (errorClass === TIME_IS_OFF) {
    return [
      'unsupported',
      `TIME is disabled. Set spark.sql.timeType.enabled to true, or CAST the column to STRING. Server: ${message}`,
    ];
  }
  if (failure.isSilence) {
    return [
      'unavailable',
      `The server at ${address} is silent, on a new connection too: ${message}. Check whether it runs, and the network to it: VPN, firewall, proxy.`,
    ];
  }
  if (failure.client !== undefined) return explainClient(failure.client, address);
  const byStatus = BY_STATUS[code];
  if (byStatus !== undefined) return [byStatus[0], `${byStatus[1]} Server: ${message}`];
  // XX: a bug of the server, and not of the statement.
  if (spark?.sqlState?.startsWith('XX') === true) return ['unexpected', `Spark failed internally: ${message}`];
  if (spark !== undefined || errorClass !== '' || code === STATUS.INVALID_ARGUMENT) {
    return ['invalid-request', `Spark rejected the statement: ${message}`];
  }
  if (code === STATUS.INTERNAL) return ['unavailable', `The server failed: ${message}`];
  return ['unexpected', `The server answered with the unexpected gRPC status ${code}: ${message}`];
}

function explainClient({ what, code, message }: ClientFailure, address: string): readonly [ErrorKind, string] {
  if (what === 'too-large') {
    return [
      'unexpected',
      `The server at ${address} answers too much at once: ${message}. Select fewer or shorter values per row, and check that it is a Spark Connect server.`,
    ];
  }
  if (isTlsCode(code)) {
    return [
      'config-invalid',
      `No TLS connection to ${address}: ${message}. Check the address, and the certificates that Node.js trusts (NODE_EXTRA_CA_CERTS).`,
    ];
  }
  if (code === 'TUNNEL_GARBLED') {
    return [
      kindOfStage('connect', code),
      `The connection to ${address} is useless: ${message}. Check the proxies and firewalls on the way, which may change what is sent.`,
    ];
  }
  const action = proxyAdvice(code) ?? 'check whether the session still runs';
  return [kindOfStage('connect', code), `Cannot connect to ${address} (${code}): ${message}; ${action}`];
}

function lostSession(session: string, why: string): string {
  return `${session} is lost (${why}), with its temporary views and settings. Start a new session.`;
}
