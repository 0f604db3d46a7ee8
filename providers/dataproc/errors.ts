import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { ProviderOperation } from '../../src/contract/session-provider.ts';
import type { FailedCall } from '../../src/provider-kit/call-runner.ts';
import { isChanging } from '../../src/provider-kit/with-deadline.ts';
import { isTlsCode, mayHaveActed, readFailure, type DataprocFailure, type GrpcCode } from './failure.ts';

/** What a code means: in general, and in the verbs where it means something else. */
type ErrorRow = { readonly general: ErrorKind } & Partial<Readonly<Record<ProviderOperation, ErrorKind>>>;

/**
 * One row for every code of gRPC; REST comes down to the same codes.
 * FAILED_PRECONDITION and ABORTED are how TerminateSession says that the session is ending already, or still being created.
 * @see https://cloud.google.com/apis/design/errors#handling_errors (read 2026-11-21)
 */
export const DATAPROC_ERRORS = {
  OK: { general: 'unexpected' },
  CANCELLED: { general: 'unavailable' },
  UNKNOWN: { general: 'unavailable' },
  INVALID_ARGUMENT: { general: 'invalid-request' },
  DEADLINE_EXCEEDED: { general: 'timeout' },
  NOT_FOUND: { general: 'not-found' },
  ALREADY_EXISTS: { general: 'conflict' },
  PERMISSION_DENIED: { general: 'forbidden' },
  RESOURCE_EXHAUSTED: { general: 'rate-limited' },
  FAILED_PRECONDITION: { general: 'conflict', start: 'invalid-request' },
  ABORTED: { general: 'conflict' },
  OUT_OF_RANGE: { general: 'invalid-request' },
  UNIMPLEMENTED: { general: 'unsupported' },
  INTERNAL: { general: 'unavailable' },
  UNAVAILABLE: { general: 'unavailable' },
  DATA_LOSS: { general: 'unexpected' },
  UNAUTHENTICATED: { general: 'unauthenticated' },
} as const satisfies Record<GrpcCode, ErrorRow>;

/** Turns whatever the SDK threw into a SessionError. */
export function toSessionError(thrown: unknown, { operation, handle, scope, nowMs }: FailedCall): SessionError {
  if (SessionError.is(thrown)) return thrown;
  const failure = readFailure(thrown, nowMs);
  const kind = toErrorKind(failure, operation);
  const { code, httpStatus, retryAfterMs } = failure;
  return new SessionError(kind, `${describeFailure(failure, operation, scope)}${advice(kind)}`, {
    operation,
    provider: 'dataproc',
    handle,
    native: { code, httpStatus },
    effect: isChanging(operation) && mayHaveActed(failure) ? 'unknown' : 'none',
    retryAfterMs,
    cause: withoutRequest(thrown),
  });
}

/** The kind of a failure of one verb. */
export function toErrorKind(failure: DataprocFailure, operation: ProviderOperation): ErrorKind {
  const { stage, code } = failure;
  if (stage === 'credentials') return 'unauthenticated';
  if (stage === 'connect') return isTlsCode(code) ? 'config-invalid' : 'unavailable';
  if (stage === 'wire' || code === 'unreadable') return 'unavailable';
  if (stage === 'local' || !Object.hasOwn(DATAPROC_ERRORS, code)) return 'internal';
  const row: ErrorRow = DATAPROC_ERRORS[code as GrpcCode];
  return row[operation] ?? row.general;
}

/** The SDK's errors carry the request with its Authorization header: only what they say is kept. */
function withoutRequest(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return undefined;
  const copy = new Error(thrown.message);
  copy.name = thrown.name;
  if (thrown.stack !== undefined) copy.stack = thrown.stack;
  return copy;
}

function describeFailure(failure: DataprocFailure, operation: ProviderOperation, scope: string): string {
  const { stage, code, message, httpStatus } = failure;
  const where = `${operation} in ${scope}`;
  if (stage === 'credentials') return `${where}: Google credentials could not be had: ${message}`;
  if (stage === 'connect') return `${where}: Dataproc cannot be reached (${code}): ${message}`;
  if (stage === 'wire') return `${where}: the connection to Dataproc broke before its answer came (${code})`;
  if (stage === 'local') return `${where}: the SDK could not make the request (${code}): ${message}`;
  if (message === '') {
    const status = httpStatus === undefined ? '' : ` HTTP ${httpStatus}`;
    return `${where}: Dataproc answered${status} with something that cannot be read (${code})`;
  }
  return `${where}: Dataproc answered ${code}: ${message}`;
}

function advice(kind: ErrorKind): string {
  switch (kind) {
    case 'unauthenticated':
      return '; log in again (gcloud auth application-default login), or check the option `credentials`';
    case 'forbidden':
      return '; check that the Dataproc API is enabled in the project; the permissions that are needed stand in the README of the provider';
    case 'rate-limited':
      return '; a quota of the project and region is used up: ask less often, or have the quota raised';
    case 'unavailable':
      return '; if it stays so, check the options `region` and `apiEndpoint`';
    case 'unsupported':
      return '; check that `apiEndpoint` is one of Dataproc';
    case 'config-invalid':
      return '; check the option `apiEndpoint` and the certificates (NODE_EXTRA_CA_CERTS)';
    default:
      return '';
  }
}
