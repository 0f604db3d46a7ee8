import { ServiceError } from '../service-error.ts';
import type { CommonErrors } from '../service.ts';

/** The HTTP status of each code that HealthOmics answers. */
const HTTP_STATUS = {
  ValidationException: 400,
  ServiceQuotaExceededException: 402,
  ResourceNotFoundException: 404,
  ConflictException: 409,
} as const;

/** HealthOmics' way to say no. */
export function refusal(code: keyof typeof HTTP_STATUS, message: string): ServiceError {
  return new ServiceError(code, HTTP_STATUS[code], message);
}

/** The errors of every HealthOmics operation. */
export const HEALTHOMICS_ERRORS: CommonErrors = {
  unreadable: (message) => new ServiceError('SerializationException', 400, message),
  invalid: (message) => refusal('ValidationException', message),
  throttled: () => new ServiceError('ThrottlingException', 429, 'Rate exceeded'),
  internal: () => new ServiceError('InternalServerException', 500, 'An internal error occurred.'),
  badSignature: (code, message) => new ServiceError(code, 403, message),
};
