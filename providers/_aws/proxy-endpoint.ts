import type { Observation } from '../../src/contract/observation.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import { notReadyError } from '../../src/provider-kit/observation.ts';

/**
 * The metadata key with the token for the proxy in front of a session, on both services.
 * @see https://docs.aws.amazon.com/athena/latest/ug/notebooks-spark-connect.html (read 2026-11-20)
 * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-sessions.html (read 2026-11-20)
 */
const TOKEN_KEY = 'x-aws-proxy-auth';

/** Without a port, a client would use Spark Connect's 15002, where nothing listens. */
const HTTPS_PORT = 443;

/** The endpoint in a service's answer. */
export interface ProxyAddress {
  readonly address: string | undefined;
  readonly token: string | undefined;
  readonly expires: Date | undefined;
  /** What the proxy needs besides the token, or instead of it. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * The endpoint for a Spark Connect client; `undefined` while the session has none, which Athena also expresses by empty strings.
 * @throws SessionError `unexpected` when the address cannot be read.
 */
export function toProxyEndpoint(
  { address = '', token = '', expires, metadata }: ProxyAddress,
  provider: string,
): ConnectEndpoint | undefined {
  const expiresAtMs = Math.round(expires?.getTime() ?? Number.NaN);
  const isClosed = token === '' && metadata === undefined;
  if (address === '' || isClosed || Number.isNaN(expiresAtMs)) return undefined;
  if (!URL.canParse(address)) {
    throw new SessionError('unexpected', 'the address of the endpoint in the answer is not a URL', {
      operation: 'endpoint',
      provider,
    });
  }
  const url = new URL(address);
  return {
    host: url.hostname,
    port: url.port === '' ? HTTPS_PORT : Number(url.port),
    tls: url.protocol === 'https:',
    metadata: { ...(token !== '' && { [TOKEN_KEY]: token }), ...metadata },
    expiresAtMs,
  };
}

/** A service may refuse an endpoint with the same code for a session that is not ready and one that has ended: the state tells which. */
export function explainRefusal(refused: SessionError, seen: Observation): SessionError {
  const { handle, nativeState, state, reason = 'no reason given' } = seen;
  if (state === 'creating') return notReadyError(handle, `is ${nativeState}`);
  if (state !== 'terminated' && state !== 'failed') {
    // "Not found" would mean that the session is gone, and it was just seen.
    return SessionError.is(refused, 'not-found') ? notReadyError(handle, 'has no endpoint yet') : refused;
  }
  return new SessionError('session-failed', `session ${handle.id} is ${nativeState} (${reason}) and has no endpoint`, {
    operation: 'endpoint',
    provider: handle.provider,
    handle,
    native: refused.native,
    observation: seen,
    cause: refused,
  });
}
