import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { ProviderOperation } from '../../src/contract/operations.ts';
import type { FailedCall } from '../../src/provider-kit/call-runner.ts';
import { kindOfStage } from '../../src/provider-kit/network-failure.ts';
import {
  kindOfCode,
  toServiceError,
  type Advice,
  type ByOperation,
  type ServiceFailure,
} from '../../src/provider-kit/service-failure.ts';
import { CredentialsError } from './credentials-error.ts';
import { mayHaveActed, readFailure, type GrpcCode } from './failure.ts';
import { isQuotaText } from './quota.ts';

/**
 * One row for every gRPC code; REST answers map to the same codes.
 * TerminateSession answers FAILED_PRECONDITION for a session that is ending already, and ABORTED for one that is being created.
 * @see https://cloud.google.com/apis/design/errors#handling_errors (read 2026-11-21)
 */
export const DATAPROC_ERRORS = {
  OK: 'unexpected',
  CANCELLED: 'unavailable',
  UNKNOWN: 'unavailable',
  INVALID_ARGUMENT: 'invalid-request',
  DEADLINE_EXCEEDED: 'timeout',
  NOT_FOUND: 'not-found',
  ALREADY_EXISTS: 'conflict',
  PERMISSION_DENIED: 'forbidden',
  RESOURCE_EXHAUSTED: 'rate-limited',
  FAILED_PRECONDITION: { general: 'conflict', start: 'invalid-request' },
  ABORTED: 'conflict',
  OUT_OF_RANGE: 'invalid-request',
  UNIMPLEMENTED: 'unsupported',
  INTERNAL: 'unavailable',
  UNAVAILABLE: 'unavailable',
  DATA_LOSS: 'unexpected',
  UNAUTHENTICATED: 'unauthenticated',
} as const satisfies Record<GrpcCode, ByOperation<ErrorKind, ProviderOperation>>;

const ADVICE: Advice<ProviderOperation> = {
  unauthenticated: 'run `gcloud auth application-default login`, or check the option `credentials`',
  forbidden:
    'check that the Dataproc API is enabled in the project; the README of the provider dataproc lists the required permissions',
  'rate-limited': 'the project makes too many calls in this region: call less often, or raise the quota',
  'quota-exceeded':
    'terminate sessions and clusters, set `size: "small"` or a smaller `spark.executor.cores`, or raise the quota of the project in this region',
  unavailable: 'if this persists, check the options `region` and `endpoint`',
  unsupported: 'check that `endpoint` is a Dataproc endpoint',
  'config-invalid': 'check the option `endpoint` and the certificates (NODE_EXTRA_CA_CERTS)',
};

/** Turns whatever the SDK threw into a SessionError. */
export function toSessionError(thrown: unknown, failed: FailedCall): SessionError {
  if (SessionError.is(thrown)) return thrown;
  const failure = readFailure(thrown, failed.nowMs);
  return toServiceError(failure, failed, {
    provider: 'dataproc',
    service: 'Dataproc',
    account: 'Google',
    kind: thrown instanceof CredentialsError ? thrown.kind : toErrorKind(failure, failed.operation),
    mayHaveActed: mayHaveActed(failure),
    advice: thrown instanceof CredentialsError ? { [thrown.kind]: thrown.advice } : ADVICE,
    cause: withoutRequest(thrown),
  });
}

/** The kind of a failure of one operation. */
export function toErrorKind({ stage, code, message }: ServiceFailure, operation: ProviderOperation): ErrorKind {
  if (stage !== 'answer') return kindOfStage(stage, code);
  if (code === 'MESSAGE_TOO_LARGE') return 'unexpected';
  // The code is INVALID_ARGUMENT or RESOURCE_EXHAUSTED, as for other errors.
  if (isQuotaText(message)) return 'quota-exceeded';
  return code === 'unreadable' ? 'unavailable' : (kindOfCode(DATAPROC_ERRORS, code, operation) ?? 'internal');
}

/** The SDK's errors contain the request with its Authorization header: keep only name, message and stack. */
function withoutRequest(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return undefined;
  const { name, message, stack } = thrown;
  return Object.assign(new Error(message), { name, stack });
}
