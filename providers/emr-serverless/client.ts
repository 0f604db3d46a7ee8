import type * as sdkModule from '@aws-sdk/client-emr-serverless';
import type { ExchangeObserver } from '../../src/contract/exchange.ts';
import { requireFromWorkingFolder, requirePeer } from '../../src/provider-kit/load-peer.ts';
import type { AwsConfig } from '../_aws/aws-options.ts';
import { ServiceClient } from '../_aws/service-client.ts';

/** The package that is loaded at the first call. */
export const EMR_SERVERLESS_SDK = '@aws-sdk/client-emr-serverless';

/** The client of EMR Serverless. */
export type EmrServerlessClient = ServiceClient<typeof sdkModule>;

/** Makes the client; does no I/O. */
export function emrServerlessClient(config: AwsConfig, exchanges?: ExchangeObserver): EmrServerlessClient {
  return new ServiceClient(
    config,
    {
      async load() {
        try {
          return requirePeer(EMR_SERVERLESS_SDK) ?? (await import('@aws-sdk/client-emr-serverless'));
        } catch (cause) {
          return requireFromWorkingFolder(cause, EMR_SERVERLESS_SDK);
        }
      },
      create: (sdk, settings) => new sdk.EMRServerlessClient(settings),
    },
    exchanges,
  );
}
