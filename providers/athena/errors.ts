import type { ProviderOperation } from '../../src/contract/operations.ts';
import type { ErrorTable } from '../../src/provider-kit/service-failure.ts';
import { defineAwsErrors } from '../_aws/errors.ts';
import { S3_ERRORS } from '../_aws/s3-objects.ts';

/**
 * One row for every exception class of the SDK. Athena answers InvalidRequest for almost everything, including an unknown id.
 * For sessions the list shows what it means; a calculation has no list.
 * Decision 10: docs/decisions/0010-rejections-depend-on-operation-and-code.md
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_StartSession.html#API_StartSession_Errors (read 2026-11-20)
 */
export const ATHENA_ERRORS = {
  InternalServerException: 'unavailable',
  InvalidRequestException: {
    general: 'invalid-request',
    describeCalculation: 'not-found',
    stopCalculation: 'not-found',
  },
  // Only data catalogs throw it, but the SDK exports it.
  MetadataException: 'unexpected',
  ResourceNotFoundException: 'not-found',
  SessionAlreadyExistsException: 'conflict',
  // Where something starts, the DPUs are in use: a retry after a second, as for a call rate, frees none.
  TooManyRequestsException: { general: 'rate-limited', start: 'quota-exceeded', startCalculation: 'quota-exceeded' },
} as const satisfies ErrorTable<ProviderOperation>;

/** Reads the errors of Athena. */
export const { toErrorKind, toSessionError } = defineAwsErrors<ProviderOperation>({
  provider: 'athena',
  service: (operation) => (operation === 'readCalculation' ? 'S3' : 'Athena'),
  table: (operation) => (operation === 'readCalculation' ? S3_ERRORS : ATHENA_ERRORS),
  advice: {
    'quota-exceeded': 'the DPUs of the account are in use: terminate sessions, start smaller ones, or raise the quota',
    unsupported: 'check that Athena for Apache Spark exists in this region and that `endpoint` is an Athena endpoint',
    'invalid-request': { start: 'check the workgroup, that `engine` is its engine, and the options of the start' },
  },
});
