import type * as sdkModule from '@aws-sdk/client-athena';
import type { ExchangeObserver } from '../../src/contract/exchange.ts';
import { requireFromWorkingFolder, requirePeer } from '../../src/provider-kit/load-peer.ts';
import type { AwsConfig } from '../_aws/aws-options.ts';
import { ServiceClient } from '../_aws/service-client.ts';

/** The package that is loaded at the first call. */
export const ATHENA_SDK = '@aws-sdk/client-athena';

/** The client of Athena. */
export type AthenaClient = ServiceClient<typeof sdkModule>;

/** Makes the client; does no I/O. */
export function athenaClient(config: AwsConfig, exchanges?: ExchangeObserver): AthenaClient {
  return new ServiceClient(
    config,
    {
      async load() {
        try {
          return requirePeer(ATHENA_SDK) ?? (await import('@aws-sdk/client-athena'));
        } catch (cause) {
          return requireFromWorkingFolder(cause, ATHENA_SDK);
        }
      },
      create: (sdk, settings) => new sdk.AthenaClient(settings),
    },
    exchanges,
  );
}
