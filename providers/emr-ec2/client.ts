import type * as sdkModule from '@aws-sdk/client-emr';
import type { ExchangeObserver } from '../../src/contract/exchange.ts';
import { requireFromWorkingFolder, requirePeer } from '../../src/provider-kit/load-peer.ts';
import type { AwsConfig } from '../_aws/aws-options.ts';
import { ServiceClient } from '../_aws/service-client.ts';

/** The package that is loaded at the first call. */
export const EMR_SDK = '@aws-sdk/client-emr';

/** The client of EMR. */
export type EmrClient = ServiceClient<typeof sdkModule>;

/** Makes the client; does no I/O. */
export function emrClient(config: AwsConfig, exchanges?: ExchangeObserver): EmrClient {
  return new ServiceClient(
    config,
    {
      async load() {
        try {
          return requirePeer(EMR_SDK) ?? (await import('@aws-sdk/client-emr'));
        } catch (cause) {
          return requireFromWorkingFolder(cause, EMR_SDK);
        }
      },
      create: (sdk, settings) => new sdk.EMRClient(settings),
    },
    exchanges,
  );
}
