import type { GetSessionEndpointCommandOutput } from '@aws-sdk/client-athena';
import type { Observation } from '../../src/contract/observation.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import type { AthenaEngine } from './options.ts';

/** Under which metadata key the session's proxy reads the token. @see https://docs.aws.amazon.com/athena/latest/ug/notebooks-spark-connect.html (read 2026-11-20) */
const TOKEN_KEY = 'x-aws-proxy-auth';

/** A client that is told no port would try Spark Connect's own, 15002, behind which nothing listens. */
const HTTPS_PORT = 443;

/**
 * Where a Spark Connect client dials; `undefined` while the session has no endpoint, which the service also says with empty texts.
 * @throws SessionError `unexpected` when the address cannot be read.
 */
export function toConnectEndpoint(answer: GetSessionEndpointCommandOutput): ConnectEndpoint | undefined {
  const { EndpointUrl: address = '', AuthToken: token = '', AuthTokenExpirationTime: expires } = answer;
  const expiresAtMs = Math.round(expires?.getTime() ?? Number.NaN);
  if (address === '' || token === '' || Number.isNaN(expiresAtMs)) return undefined;
  if (!URL.canParse(address)) {
    throw new SessionError('unexpected', 'the address of the endpoint in the answer of Athena is no URL', {
      operation: 'endpoint',
      provider: 'athena',
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
    provider: 'athena',
    handle,
  });
}

/**
 * Athena refuses an endpoint with one code for a session that is not ready, one that has ended, and an engine that has none:
 * which of them it is, the session tells.
 */
export function explainRefusal(
  refused: SessionError,
  { handle, nativeState, state, reason, ...seen }: Observation,
  engine: AthenaEngine | undefined,
): SessionError {
  const details = { operation: 'endpoint', provider: 'athena', handle, native: refused.native, cause: refused };
  if (engine === 'pyspark-v3') {
    return new SessionError(
      'unsupported',
      `session ${handle.id} runs ${seen.details.engineVersion ?? 'PySpark 3'}, which has no Spark Connect; ` +
        'use a workgroup with Apache Spark version 3.5, or set `engine: pyspark-v3` to do without',
      details,
    );
  }
  if (state === 'creating') return notReadyError(handle, `is ${nativeState}`);
  if (state !== 'terminated' && state !== 'failed') return refused;
  return new SessionError(
    'session-failed',
    `session ${handle.id} is ${nativeState} (${reason ?? 'no reason given'}) and has no endpoint`,
    { ...details, observation: { handle, nativeState, state, ...(reason !== undefined && { reason }), ...seen } },
  );
}
