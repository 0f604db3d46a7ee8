import type { CommonErrors } from '../service.ts';
import { ServiceError } from '../service-error.ts';

/** Athena's way to say that the input is wrong: HTTP 400, as every error of the client is. */
export function invalidRequest(message: string): ServiceError {
  return new ServiceError('InvalidRequestException', 400, message, { members: { AthenaErrorCode: 'INVALID_INPUT' } });
}

/** Athena's way to say that a named thing does not exist. */
export function resourceNotFound(message: string, resourceName: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', 400, message, { members: { ResourceName: resourceName } });
}

/** Athena's way to say that the account's capacity is used up. */
export function tooManyRequests(message: string): ServiceError {
  return new ServiceError('TooManyRequestsException', 400, message, {
    members: { Reason: 'CONCURRENT_QUERY_LIMIT_EXCEEDED' },
  });
}

/** An error whose code is one of the emulator's options. */
export function byCode(
  code: 'InvalidRequestException' | 'ResourceNotFoundException' | 'SessionAlreadyExistsException',
  message: string,
  resourceName: string,
): ServiceError {
  if (code === 'InvalidRequestException') return invalidRequest(message);
  if (code === 'ResourceNotFoundException') return resourceNotFound(message, resourceName);
  return new ServiceError(code, 400, message);
}

/** The errors of every Athena operation. */
export const ATHENA_ERRORS: CommonErrors = {
  unreadable: (message) => new ServiceError('SerializationException', 400, message),
  invalid: invalidRequest,
  throttled: () => new ServiceError('ThrottlingException', 400, 'Rate exceeded'),
  internal: () => new ServiceError('InternalServerException', 500, 'An internal error occurred.'),
  badSignature: (code, message) => new ServiceError(code, 400, message),
};
