import { possibleEffect } from '../../contract/operations.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { AnyInvocation, AnyLayer } from './layer.ts';

/** Makes sure that whatever comes up is a SessionError that says which provider, verb and session it is about. */
export function errorContextLayer(): AnyLayer {
  return (invocation, call, next) => {
    const fail = (error: unknown): never => {
      throw withContext(error, invocation);
    };
    try {
      return next(call).catch(fail);
    } catch (error) {
      return Promise.reject(withContext(error, invocation));
    }
  };
}

function withContext(error: unknown, { operation, provider, handle }: AnyInvocation): SessionError {
  if (SessionError.is(error)) {
    if (error.provider !== undefined && (error.handle !== undefined || handle === undefined)) return error;
    return error.with({ provider: error.provider ?? provider.id, handle: error.handle ?? handle });
  }
  return new SessionError(
    'internal',
    `provider '${provider.id}' failed in ${operation} with something that is no SessionError`,
    { operation, provider: provider.id, handle, effect: possibleEffect(operation), cause: error },
  );
}
