import type { BatchOperation } from '../../src/contract/batch-provider.ts';
import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { commonKind, mayHaveActed, readFailure, type AwsFailure } from '../_aws/failure.ts';
import type { FailedCall } from '../../src/provider-kit/call-runner.ts';
import { isChanging } from '../../src/provider-kit/with-deadline.ts';

/**
 * One row for every exception class of the SDK. What a refused cancel or delete is called is not documented: `conflict` is what
 * the model offers, and the state decides.
 * @see https://docs.aws.amazon.com/omics/latest/api/API_StartRunBatch.html (read 2026-11-20)
 */
export const HEALTHOMICS_ERRORS = {
  AccessDeniedException: 'forbidden',
  ConflictException: 'conflict',
  InternalServerException: 'unavailable',
  NotSupportedOperationException: 'unsupported',
  RangeNotSatisfiableException: 'invalid-request',
  RequestTimeoutException: 'unavailable',
  ResourceNotFoundException: 'not-found',
  ServiceQuotaExceededException: 'quota-exceeded',
  ThrottlingException: 'rate-limited',
  ValidationException: 'invalid-request',
} as const satisfies Record<string, ErrorKind>;

/**
 * What S3 answers to the upload of a run list.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (read 2026-11-20)
 */
export const S3_ERRORS = {
  NoSuchBucket: 'not-found',
  NoSuchKey: 'not-found',
  NotFound: 'not-found',
  PermanentRedirect: 'config-invalid',
  EntityTooLarge: 'invalid-request',
  InvalidBucketName: 'config-invalid',
} as const satisfies Record<string, ErrorKind>;

/** Turns whatever an SDK threw into a SessionError. */
export function toSessionError(thrown: unknown, failed: FailedCall<BatchOperation>): SessionError {
  if (SessionError.is(thrown)) return thrown;
  const { operation, handle, scope, nowMs } = failed;
  const failure = readFailure(thrown, nowMs);
  const kind = toErrorKind(failure, operation);
  const { code, requestId, httpStatus, retryAfterMs } = failure;
  return new SessionError(kind, `${describeFailure(failure, operation, scope)}${advice(kind, operation)}`, {
    operation,
    provider: 'healthomics',
    handle,
    native: { code, requestId, httpStatus },
    effect: isChanging(operation) && isDoubtful(failure) ? 'unknown' : 'none',
    retryAfterMs,
    cause: thrown,
  });
}

/** The kind of a failure of one verb. */
export function toErrorKind(failure: AwsFailure, operation: BatchOperation): ErrorKind {
  const { stage, code } = failure;
  const table: Readonly<Record<string, ErrorKind>> = isStaging(operation) ? S3_ERRORS : HEALTHOMICS_ERRORS;
  const told = stage === 'answer' && Object.hasOwn(table, code) ? table[code] : undefined;
  return told ?? commonKind(failure);
}

/** A request that timed out at the service (408) may have been carried out, unlike other refusals. */
function isDoubtful(failure: AwsFailure): boolean {
  return mayHaveActed(failure) || failure.code === 'RequestTimeoutException';
}

function isStaging(operation: BatchOperation): boolean {
  return operation === 'stageRuns' || operation === 'readStagedRuns' || operation === 'unstageRuns';
}

function describeFailure(failure: AwsFailure, operation: BatchOperation, scope: string): string {
  const { stage, code, message, httpStatus } = failure;
  const where = `${operation} in ${scope}`;
  const service = isStaging(operation) ? 'S3' : 'HealthOmics';
  if (stage === 'credentials') return `${where}: AWS credentials could not be had: ${message}`;
  if (stage === 'connect') return `${where}: ${service} cannot be reached (${code}): ${message}`;
  if (stage === 'wire') return `${where}: the connection to ${service} broke before its answer came (${code})`;
  if (stage === 'local') return `${where}: the SDK could not make the request (${code}): ${message}`;
  if (message === '') {
    return `${where}: ${service} answered HTTP ${httpStatus} with something that cannot be read (${code})`;
  }
  return `${where}: ${service} answered ${code}: ${message}`;
}

function advice(kind: ErrorKind, operation: BatchOperation): string {
  switch (kind) {
    case 'unauthenticated':
      return "; log in again (aws sso login), check the options `profile` and `credentials`, and that `region` is the endpoint's";
    case 'forbidden':
      return operation === 'start'
        ? '; a start needs omics:StartRunBatch, omics:StartRun and iam:PassRole, as the README of the provider says'
        : '; the permissions that are needed stand in the README of the provider';
    case 'quota-exceeded':
      return '; delete runs that are over (deleteRuns), or have the quota raised';
    case 'unsupported':
      return '; check that HealthOmics exists in this region and that `endpoint` is one of HealthOmics';
    case 'config-invalid':
      return '; check the options `endpoint`, `region` and `runListUri`, and the certificates (NODE_EXTRA_CA_CERTS)';
    default:
      return '';
  }
}
