import type { BatchOperation } from '../../src/contract/operations.ts';
import type { ErrorTable } from '../../src/provider-kit/service-failure.ts';
import { defineAwsErrors } from '../_aws/errors.ts';
import { S3_ERRORS } from '../_aws/s3-objects.ts';

/**
 * One row for every exception class of the SDK. The code of a refused cancel or delete is not documented: the model offers
 * `conflict`, and the state of the batch decides.
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
} as const satisfies ErrorTable<BatchOperation>;

const STAGING: readonly BatchOperation[] = ['stageRuns', 'readStagedRuns', 'unstageRuns'];

/** Reads the errors of HealthOmics, and of S3 where run lists are staged. */
export const { toErrorKind, toSessionError } = defineAwsErrors<BatchOperation>({
  provider: 'healthomics',
  service: (operation) => (STAGING.includes(operation) ? 'S3' : 'HealthOmics'),
  table: (operation) => (STAGING.includes(operation) ? S3_ERRORS : HEALTHOMICS_ERRORS),
  advice: {
    forbidden: {
      general: 'the README of the provider healthomics lists the required permissions',
      startBatch:
        'a start needs omics:StartRunBatch, omics:StartRun and iam:PassRole: see the README of the provider healthomics',
    },
    'quota-exceeded': 'delete finished runs (deleteRuns), or raise the quota',
    unsupported: 'check that HealthOmics exists in this region and that `endpoint` is a HealthOmics endpoint',
    'config-invalid':
      'check the options `endpoint`, `region` and `runListUri`, and the certificates (NODE_EXTRA_CA_CERTS)',
  },
});
