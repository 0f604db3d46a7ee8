import type { ProviderOperation } from '../../src/contract/operations.ts';
import type { ErrorTable } from '../../src/provider-kit/service-failure.ts';
import { defineAwsErrors } from '../_aws/errors.ts';

/**
 * One row for every exception class of the SDK, and two codes without a class. EMR answers InvalidRequest for every mistake, an
 * unknown session included: the list of sessions shows what it means.
 * @see https://docs.aws.amazon.com/emr/latest/APIReference/API_StartSession.html (read 2026-11-30)
 */
export const EMR_EC2_ERRORS = {
  InternalServerError: 'unavailable',
  InternalServerException: 'unavailable',
  InvalidRequestException: 'invalid-request',
  // AWS's own Spark Connect client (sagemaker_studio, read 2026-11-30) expects it for a session that is gone.
  ResourceNotFoundException: 'not-found',
  // What EMR answers to requests that break its model.
  ValidationException: 'invalid-request',
} as const satisfies ErrorTable<ProviderOperation>;

/** Reads the errors of EMR. */
export const { toErrorKind, toSessionError } = defineAwsErrors<ProviderOperation>({
  provider: 'emr-ec2',
  service: 'EMR',
  table: EMR_EC2_ERRORS,
  advice: {
    unsupported: 'check that `endpoint` is an endpoint of EMR, and that sessions exist in this region',
    'invalid-request': { start: 'check `clusterId`, `executionRoleArn` and the options of the start' },
  },
});
