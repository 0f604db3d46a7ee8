import { awsErrors } from '../aws/aws-errors.ts';
import { ServiceError, type CommonErrors } from '../service.ts';

/** Every error of the client is HTTP 400. */
export function glueError(code: string, message: string): ServiceError {
  return new ServiceError(code, 400, message);
}

export function invalidInput(message: string): ServiceError {
  return glueError('InvalidInputException', message);
}

export const GLUE_COMMON_ERRORS: CommonErrors = {
  ...awsErrors({ invalid: invalidInput, throttlingStatus: 400, signatureStatus: 400 }),
  internal: () => new ServiceError('InternalServiceException', 500, 'An internal error occurred.'),
};
