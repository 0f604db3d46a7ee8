import type { GetSessionEndpointCommandOutput } from '@aws-sdk/client-emr-serverless';
import type { Observation } from '../../src/contract/observation.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';

/** Under which metadata key the session's proxy reads the token. @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-sessions.html (read 2026-11-20) */
const TOKEN_KEY = 'x-aws-proxy-auth';

/** A client that is told no port would try Spark Connect's own, 15002, behind which nothing listens. */
const HTTPS_PORT = 443;

/**
 * Where a Spark Connect client dials; `undefined` while the session has no endpoint.
 * @throws SessionError `unexpected` when the address cannot be read.
 */
export function toConnectEndpoint(answer: GetSessionEndpointCommandOutput): ConnectEndpoint | undefined {
  const { endpoint: address = '', authToken: token = '', authTokenExpiresAt: expires } = answer;
  const expiresAtMs = Math.round(expires?.getTime() ?? Number.NaN);
  if (address === '' || token === '' || Number.isNaN(expiresAtMs)) return undefined;
  if (!URL.canParse(address)) {
    throw new SessionError('unexpected', 'the address of the endpoint in the answer of EMR Serverless is no URL', {
      operation: 'endpoint',
      provider: 'emr-serverless',
    });
  }
  const url = new URL(address);
  return {
    host: url.hostname,
    port: url.port === '' ? HTTPS_PORT : Number(url.port),
    tls: url.protocol === 'https:',
    metadata: { [TOKEN_KEY]: token },
    expiresAtMs,
  };
}

/** The error of an endpoint that is not there yet. */
export function notReadyError(handle: SessionHandle, why: string): SessionError {
  return new SessionError('conflict', `session ${handle.id} ${why}; wait until it is ready`, {
    operation: 'endpoint',
    provider: 'emr-serverless',
    handle,
  });
}

/** The service may refuse an endpoint with one code for a session that is not ready and one that has ended: its state tells. */
export function explainRefusal(refused: SessionError, seen: Observation): SessionError {
  const { handle, nativeState, state, reason = 'no reason given' } = seen;
  if (state === 'creating') return notReadyError(handle, `is ${nativeState}`);
  if (state !== 'terminated' && state !== 'failed') return refused;
  return new SessionError('session-failed', `session ${handle.id} is ${nativeState} (${reason}) and has no endpoint`, {
    operation: 'endpoint',
    provider: 'emr-serverless',
    handle,
    native: refused.native,
    observation: seen,
    cause: refused,
  });
}
