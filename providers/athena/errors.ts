import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { ProviderOperation } from '../../src/contract/session-provider.ts';
import type { FailedCall } from '../../src/provider-kit/call-runner.ts';
import { commonKind, mayHaveActed, readFailure, type AwsFailure } from '../_aws/failure.ts';
import { isChanging } from '../../src/provider-kit/with-deadline.ts';

/** What an exception means: in general, and in the verbs where it means something else. */
type ErrorRow = { readonly general: ErrorKind } & Partial<Readonly<Record<ProviderOperation, ErrorKind>>>;

/**
 * One row for every exception class of the SDK. Athena answers InvalidRequest for nearly everything, an id that it does not
 * know included, so what it means depends on the verb.
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_StartSession.html#API_StartSession_Errors (read 2026-11-20)
 */
export const ATHENA_ERRORS = {
  InternalServerException: { general: 'unavailable' },
  InvalidRequestException: {
    general: 'invalid-request',
    describe: 'not-found',
    terminate: 'not-found',
    describeCalculation: 'not-found',
    stopCalculation: 'not-found',
  },
  // Of data catalogs only; the SDK exports it all the same.
  MetadataException: { general: 'unexpected' },
  ResourceNotFoundException: { general: 'not-found' },
  SessionAlreadyExistsException: { general: 'conflict' },
  // DPUs are used up: waiting a second, as for a call rate, frees none.
  TooManyRequestsException: { general: 'quota-exceeded' },
} as const satisfies Record<string, ErrorRow>;

/** Turns whatever the SDK threw into a SessionError. */
export function toSessionError(thrown: unknown, { operation, handle, scope, nowMs }: FailedCall): SessionError {
  if (SessionError.is(thrown)) return thrown;
  const failure = readFailure(thrown, nowMs);
  const kind = toErrorKind(failure, operation);
  const { code, requestId, httpStatus, retryAfterMs } = failure;
  return new SessionError(kind, `${describeFailure(failure, operation, scope)}${advice(kind, operation)}`, {
    operation,
    provider: 'athena',
    handle,
    native: { code, requestId, httpStatus },
    effect: isChanging(operation) && mayHaveActed(failure) ? 'unknown' : 'none',
    retryAfterMs,
    cause: thrown,
  });
}

/** The kind of a failure of one verb. */
export function toErrorKind(failure: AwsFailure, operation: ProviderOperation): ErrorKind {
  const { stage, code } = failure;
  if (stage === 'answer' && Object.hasOwn(ATHENA_ERRORS, code)) {
    const row: ErrorRow = ATHENA_ERRORS[code as keyof typeof ATHENA_ERRORS];
    return row[operation] ?? row.general;
  }
  return commonKind(failure);
}

function describeFailure(failure: AwsFailure, operation: ProviderOperation, scope: string): string {
  const { stage, code, message, httpStatus } = failure;
  const where = `${operation} in ${scope}`;
  if (stage === 'credentials') return `${where}: AWS credentials could not be had: ${message}`;
  if (stage === 'connect') return `${where}: Athena cannot be reached (${code}): ${message}`;
  if (stage === 'wire') return `${where}: the connection to Athena broke before its answer came (${code})`;
  if (stage === 'local') return `${where}: the SDK could not make the request (${code}): ${message}`;
  if (message === '')
    return `${where}: Athena answered HTTP ${httpStatus} with something that cannot be read (${code})`;
  return `${where}: Athena answered ${code}: ${message}`;
}

function advice(kind: ErrorKind, operation: ProviderOperation): string {
  switch (kind) {
    case 'unauthenticated':
      return "; log in again (aws sso login), check the options `profile` and `credentials`, and that `region` is the endpoint's";
    case 'forbidden':
      return '; the permissions that are needed stand in the README of the provider';
    case 'quota-exceeded':
      return '; the DPUs of the account are used up: end sessions, ask for a smaller size, or have the quota raised';
    case 'unsupported':
      return '; check that Athena for Apache Spark exists in this region and that `endpoint` is one of Athena';
    case 'config-invalid':
      return '; check the option `endpoint` and the certificates (NODE_EXTRA_CA_CERTS)';
    case 'invalid-request':
      return operation === 'start' ? '; check the workgroup, that `engine` is its engine, and the options sent' : '';
    default:
      return '';
  }
}
