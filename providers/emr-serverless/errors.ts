import type { ProviderOperation } from '../../src/contract/operations.ts';
import type { ErrorTable } from '../../src/provider-kit/service-failure.ts';
import { defineAwsErrors } from '../_aws/errors.ts';

/**
 * One row for every exception class of the SDK. Throttling and missing permissions have codes and no class.
 * @see https://docs.aws.amazon.com/emr-serverless/latest/APIReference/CommonErrors.html (read 2026-11-20)
 */
export const EMR_SERVERLESS_ERRORS = {
  ConflictException: 'conflict',
  InternalServerException: 'unavailable',
  ResourceNotFoundException: 'not-found',
  ServiceQuotaExceededException: 'quota-exceeded',
  ValidationException: 'invalid-request',
} as const satisfies ErrorTable<ProviderOperation>;

/** Reads the errors of EMR Serverless. */
export const { toErrorKind, toSessionError } = defineAwsErrors<ProviderOperation>({
  provider: 'emr-serverless',
  service: 'EMR Serverless',
  table: EMR_SERVERLESS_ERRORS,
  advice: {
    'quota-exceeded':
      'the application has its 25 sessions, or the vCPUs of the account are in use: terminate sessions, start smaller ones, or raise the quota',
    unsupported: 'check that EMR Serverless exists in this region and that `endpoint` is an EMR Serverless endpoint',
  },
});
