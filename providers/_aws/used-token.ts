import { SessionError } from '../../src/contract/session-error.ts';

/**
 * How a refusal mentions the idempotency token. No page of these services says which error a token gets that was used with other
 * parameters (read 2026-11-30); other AWS services say "Idempotent parameters do not match", or name the parameter.
 */
const TOKEN = /idempoten|client ?(?:request ?)?token/i;

/** Whether the service has refused a start for its token: tokens are well-formed, so it was used before. */
export function namesToken(refusal: SessionError): boolean {
  return refusal.kind === 'invalid-request' && TOKEN.test(refusal.message);
}

/** The refusal as the conflict that it is. */
export function usedTokenError(refusal: SessionError): SessionError {
  const { message, operation, effect, provider, native } = refusal;
  return new SessionError('conflict', message, { operation, effect, provider, native, cause: refusal });
}
