import { awsErrors } from '../aws/aws-errors.ts';
import { ServiceError } from '../service.ts';

/** Invalid input: HTTP 400, as every error of the client is. */
export function invalidRequest(message: string): ServiceError {
  return new ServiceError('InvalidRequestException', 400, message, { members: { AthenaErrorCode: 'INVALID_INPUT' } });
}

/** A named resource that does not exist. */
export function resourceNotFound(message: string, resourceName: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', 400, message, { members: { ResourceName: resourceName } });
}

/** The account's capacity is used up. */
export function tooManyRequests(message: string): ServiceError {
  const members = { Reason: 'CONCURRENT_QUERY_LIMIT_EXCEEDED' };
  return new ServiceError('TooManyRequestsException', 400, message, { members });
}

/** An error whose code is one of the emulator's options. */
export function byCode(
  code: 'InvalidRequestException' | 'ResourceNotFoundException' | 'SessionAlreadyExistsException',
  message: string,
  resourceName = '',
): ServiceError {
  if (code === 'InvalidRequestException') return invalidRequest(message);
  if (code === 'ResourceNotFoundException') return resourceNotFound(message, resourceName);
  return new ServiceError(code, 400, message);
}

export const ATHENA_ERRORS = awsErrors({ invalid: invalidRequest, throttlingStatus: 400, signatureStatus: 400 });
