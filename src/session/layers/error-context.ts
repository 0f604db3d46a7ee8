import { possibleEffect } from '../../contract/operations.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { AnyLayer } from './layer.ts';

/** Makes sure that whatever comes up is a SessionError that says which provider, verb and session it is about. */
export function errorContextLayer(): AnyLayer {
  return async (invocation, next) => {
    try {
      return await next(invocation);
    } catch (error) {
      const { operation, provider, handle } = invocation;
      if (SessionError.is(error)) {
        if (error.provider !== undefined && (error.handle !== undefined || handle === undefined)) throw error;
        throw error.with({ provider: error.provider ?? provider.id, handle: error.handle ?? handle });
      }
      throw new SessionError(
        'internal',
        `provider '${provider.id}' failed in ${operation} with something that is no SessionError`,
        {
          operation,
          provider: provider.id,
          handle,
          effect: possibleEffect(operation),
          cause: error,
        },
      );
    }
  };
}
