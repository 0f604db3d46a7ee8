import { ServiceError, type CommonErrors } from '../service.ts';

/** The HTTP status of each error code of the REST services. */
const HTTP_STATUS = {
  ValidationException: 400,
  ServiceQuotaExceededException: 402,
  ResourceNotFoundException: 404,
  ConflictException: 409,
} as const;

export type RestErrorCode = keyof typeof HTTP_STATUS;

export function restError(code: RestErrorCode, message: string): ServiceError {
  return new ServiceError(code, HTTP_STATUS[code], message);
}

export function awsErrors(parts: {
  readonly invalid: CommonErrors['invalid'];
  readonly throttlingStatus: number;
  readonly signatureStatus: number;
}): CommonErrors {
  return {
    unreadable: (message) => new ServiceError('SerializationException', 400, message),
    invalid: parts.invalid,
    throttled: () => new ServiceError('ThrottlingException', parts.throttlingStatus, 'Rate exceeded'),
    internal: () => new ServiceError('InternalServerException', 500, 'An internal error occurred.'),
    badSignature: (code, message) => new ServiceError(code, parts.signatureStatus, message),
  };
}

export const REST_ERRORS: CommonErrors = awsErrors({
  invalid: (message) => restError('ValidationException', message),
  throttlingStatus: 429,
  signatureStatus: 403,
});
