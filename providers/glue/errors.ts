import type { ProviderOperation } from '../../src/contract/operations.ts';
import type { ErrorTable } from '../../src/provider-kit/service-failure.ts';
import { defineAwsErrors } from '../_aws/errors.ts';

/**
 * One row for every exception that the model has for the operations that we call. StopSession has no code for an unknown session:
 * the list shows what a refusal means.
 * @see https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-interactive-sessions.html (read 2026-11-29)
 */
export const GLUE_ERRORS = {
  AccessDeniedException: 'forbidden',
  AlreadyExistsException: 'conflict',
  // Two changes at the same time: the second one may be repeated.
  ConcurrentModificationException: 'unavailable',
  EntityNotFoundException: 'not-found',
  IdempotentParameterMismatchException: 'conflict',
  IllegalSessionStateException: 'conflict',
  InternalServiceException: 'unavailable',
  InvalidInputException: 'invalid-request',
  OperationNotSupportedException: 'unsupported',
  OperationTimeoutException: 'unavailable',
  ResourceNumberLimitExceededException: 'quota-exceeded',
  SessionBusyException: 'conflict',
  ValidationException: 'invalid-request',
} as const satisfies ErrorTable<ProviderOperation>;

/** Reads the errors of Glue. */
export const { toErrorKind, toSessionError } = defineAwsErrors<ProviderOperation>({
  provider: 'glue',
  service: 'Glue',
  table: GLUE_ERRORS,
  advice: {
    conflict: {
      startCalculation: 'the session runs one block of code at a time: run this one when the other has ended',
    },
    'quota-exceeded': 'terminate sessions, start smaller ones, or raise the quota of the account in this region',
    unsupported: 'check the option `sessionType`, and that the region has Glue interactive sessions of this type',
  },
});
