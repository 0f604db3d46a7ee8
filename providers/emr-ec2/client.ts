import type * as sdkModule from '@aws-sdk/client-emr';
import type { ExchangeObserver } from '../../src/contract/exchange.ts';
import type { AwsConfig } from '../_aws/aws-options.ts';
import { ServiceClient } from '../_aws/service-client.ts';

/** The package that is loaded at the first call. */
export const EMR_SDK = '@aws-sdk/client-emr';

/** The client of EMR. */
export type EmrClient = ServiceClient<typeof sdkModule>;

/** Makes the client; does no I/O. */
export function emrClient(config: AwsConfig, exchanges?: ExchangeObserver): EmrClient {
  const load = () => import('@aws-sdk/client-emr');
  return new ServiceClient(
    config,
    { package: EMR_SDK, load, create: (sdk, settings) => new sdk.EMRClient(settings) },
    exchanges,
  );
}
