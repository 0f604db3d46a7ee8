import type * as sdkModule from '@aws-sdk/client-omics';
import { requireFromWorkingFolder, requirePeer } from '../../src/provider-kit/load-peer.ts';
import { ServiceClient } from '../_aws/service-client.ts';
import { withNewerSettings } from './native-setting.ts';
import type { HealthOmicsConfig } from './options.ts';

/** The package that is loaded at the first call. */
export const OMICS_SDK = '@aws-sdk/client-omics';

/** The client of HealthOmics. */
export type OmicsClient = ServiceClient<typeof sdkModule>;

/** Makes the client; does no I/O. */
export function omicsClient(config: HealthOmicsConfig): OmicsClient {
  return new ServiceClient(config, {
    async load() {
      try {
        return requirePeer(OMICS_SDK) ?? (await import('@aws-sdk/client-omics'));
      } catch (cause) {
        return requireFromWorkingFolder(cause, OMICS_SDK);
      }
    },
    create(sdk, settings) {
      // Batch operations go to `workflows-omics.…`; a custom endpoint has no such host.
      const client = new sdk.OmicsClient({ ...settings, disableHostPrefix: config.endpoint !== undefined });
      // After the serializer, which writes the body, and before what measures and signs it.
      client.middlewareStack.add(
        (next, { commandName }) =>
          (args) => {
            const request = args.request as { body: Uint8Array | string };
            if (commandName === 'StartRunBatchCommand') request.body = withNewerSettings(request.body, args.input);
            return next(args);
          },
        { name: 'anysessionNewerSettings', step: 'serialize', priority: 'low' },
      );
      return client;
    },
  });
}
