import type * as sdkModule from '@aws-sdk/client-glue';
import type { ExchangeObserver } from '../../src/contract/exchange.ts';
import { requireFromWorkingFolder, requirePeer } from '../../src/provider-kit/load-peer.ts';
import type { AwsConfig } from '../_aws/aws-options.ts';
import { ServiceClient } from '../_aws/service-client.ts';

/** The package that is loaded at the first call. */
export const GLUE_SDK = '@aws-sdk/client-glue';

/** The client of Glue. */
export type GlueClient = ServiceClient<typeof sdkModule>;

/** Makes the client; does no I/O. */
export function glueClient(config: AwsConfig, exchanges?: ExchangeObserver): GlueClient {
  return new ServiceClient(
    config,
    {
      async load() {
        try {
          return requirePeer(GLUE_SDK) ?? (await import('@aws-sdk/client-glue'));
        } catch (cause) {
          return requireFromWorkingFolder(cause, GLUE_SDK);
        }
      },
      create: (sdk, settings) => new sdk.GlueClient(settings),
    },
    exchanges,
  );
}
