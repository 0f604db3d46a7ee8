import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { ProviderOperation } from '../../src/contract/session-provider.ts';
import type { FailedCall } from '../../src/provider-kit/call-runner.ts';
import { commonKind, mayHaveActed, readFailure, type AwsFailure } from '../_aws/failure.ts';
import { isChanging } from '../../src/provider-kit/with-deadline.ts';

/** What an exception means: in general, and in the verbs where it means something else. */
type ErrorRow = { readonly general: ErrorKind } & Partial<Readonly<Record<ProviderOperation, ErrorKind>>>;

/**
 * One row for every exception class of the SDK. Throttling and missing permissions have no class: they come under their code.
 * @see https://docs.aws.amazon.com/emr-serverless/latest/APIReference/CommonErrors.html (read 2026-11-20)
 */
export const EMR_SERVERLESS_ERRORS = {
  ConflictException: { general: 'conflict' },
  InternalServerException: { general: 'unavailable' },
  ResourceNotFoundException: { general: 'not-found' },
  ServiceQuotaExceededException: { general: 'quota-exceeded' },
  ValidationException: { general: 'invalid-request' },
} as const satisfies Record<string, ErrorRow>;

/** Turns whatever the SDK threw into a SessionError. */
export function toSessionError(thrown: unknown, { operation, handle, scope, nowMs }: FailedCall): SessionError {
  if (SessionError.is(thrown)) return thrown;
  const failure = readFailure(thrown, nowMs);
  const kind = toErrorKind(failure, operation);
  const { code, requestId, httpStatus, retryAfterMs } = failure;
  return new SessionError(kind, `${describeFailure(failure, operation, scope)}${advice(kind)}`, {
    operation,
    provider: 'emr-serverless',
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
  if (stage === 'answer' && Object.hasOwn(EMR_SERVERLESS_ERRORS, code)) {
    const row: ErrorRow = EMR_SERVERLESS_ERRORS[code as keyof typeof EMR_SERVERLESS_ERRORS];
    return row[operation] ?? row.general;
  }
  return commonKind(failure);
}

function describeFailure(failure: AwsFailure, operation: ProviderOperation, scope: string): string {
  const { stage, code, message, httpStatus } = failure;
  const where = `${operation} in ${scope}`;
  if (stage === 'credentials') return `${where}: AWS credentials could not be had: ${message}`;
  if (stage === 'connect') return `${where}: EMR Serverless cannot be reached (${code}): ${message}`;
  if (stage === 'wire') return `${where}: the connection to EMR Serverless broke before its answer came (${code})`;
  if (stage === 'local') return `${where}: the SDK could not make the request (${code}): ${message}`;
  if (message === '') {
    return `${where}: EMR Serverless answered HTTP ${httpStatus} with something that cannot be read (${code})`;
  }
  return `${where}: EMR Serverless answered ${code}: ${message}`;
}

function advice(kind: ErrorKind): string {
  switch (kind) {
    case 'unauthenticated':
      return "; log in again (aws sso login), check the options `profile` and `credentials`, and that `region` is the endpoint's";
    case 'forbidden':
      return '; the permissions that are needed stand in the README of the provider';
    case 'quota-exceeded':
      return '; the application has its 25 sessions, or the account its vCPUs: end sessions, ask for a smaller size, or have the quota raised';
    case 'unsupported':
      return '; check that EMR Serverless exists in this region and that `endpoint` is one of EMR Serverless';
    case 'config-invalid':
      return '; check the option `endpoint` and the certificates (NODE_EXTRA_CA_CERTS)';
    default:
      return '';
  }
}
