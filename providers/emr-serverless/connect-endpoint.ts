import type { GetSessionEndpointCommandOutput } from '@aws-sdk/client-emr-serverless';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import { toProxyEndpoint } from '../_aws/proxy-endpoint.ts';

/**
 * Where a Spark Connect client dials; `undefined` while the session has no endpoint.
 * @throws SessionError `unexpected` when the address cannot be read.
 */
export function toConnectEndpoint({
  endpoint: address,
  authToken: token,
  authTokenExpiresAt: expires,
}: GetSessionEndpointCommandOutput): ConnectEndpoint | undefined {
  return toProxyEndpoint({ address, token, expires }, 'emr-serverless');
}
