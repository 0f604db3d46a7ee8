import type { GetSessionEndpointCommandOutput } from '@aws-sdk/client-athena';
import type { Observation } from '../../src/contract/observation.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import { explainRefusal, toProxyEndpoint } from '../_aws/proxy-endpoint.ts';
import type { AthenaEngine } from './options.ts';

/**
 * Where a Spark Connect client dials; `undefined` while the session has no endpoint.
 * @throws SessionError `unexpected` when the address cannot be read.
 */
export function toConnectEndpoint({
  EndpointUrl: address,
  AuthToken: token,
  AuthTokenExpirationTime: expires,
}: GetSessionEndpointCommandOutput): ConnectEndpoint | undefined {
  return toProxyEndpoint({ address, token, expires }, 'athena');
}

/**
 * Athena refuses an endpoint with one code for a session that is not ready, one that has ended, and an engine that has none:
 * which of them it is, the session tells.
 */
export function explainEndpointRefusal(
  refused: SessionError,
  seen: Observation,
  engine: AthenaEngine | undefined,
): SessionError {
  if (engine !== 'pyspark-v3') return explainRefusal(refused, seen);
  const { handle, details } = seen;
  return new SessionError(
    'unsupported',
    `session ${handle.id} runs ${details.engineVersion ?? 'PySpark 3'}, which has no Spark Connect; ` +
      'use a workgroup with Apache Spark version 3.5, or set `engine: pyspark-v3` to do without',
    { operation: 'endpoint', provider: handle.provider, handle, native: refused.native, cause: refused },
  );
}
