import type * as sdkModule from '@aws-sdk/client-omics';
<<<<<<< HEAD
import { AbortableSender, toClientConfig } from '../_aws/client-config.ts';
import { withoutNodeWarning } from '../_aws/without-node-warning.ts';
import { requireFromWorkingFolder, requirePeer } from '../../src/provider-kit/load-peer.ts';
=======
import { loadSdk } from '../_aws/load-sdk.ts';
import { ServiceClient } from '../_aws/service-client.ts';
>>>>>>> main
import { withNewerSettings } from './native-setting.ts';
import type { HealthOmicsConfig } from './options.ts';

/** The package that is loaded at the first call. */
export const OMICS_SDK = '@aws-sdk/client-omics';

/** The client of HealthOmics. */
export type OmicsClient = ServiceClient<typeof sdkModule>;

<<<<<<< HEAD
/** The few calls of HealthOmics that batches need; each makes one attempt and stops when its signal aborts. */
export interface OmicsCalls {
  startRunBatch(input: StartRunBatchCommandInput, signal: AbortSignal): Promise<StartRunBatchCommandOutput>;
  getBatch(batchId: string, signal: AbortSignal): Promise<GetBatchCommandOutput>;
  listBatch(input: ListBatchCommandInput, signal: AbortSignal): Promise<ListBatchCommandOutput>;
  listRunsInBatch(input: ListRunsInBatchCommandInput, signal: AbortSignal): Promise<ListRunsInBatchCommandOutput>;
  listRuns(input: ListRunsCommandInput, signal: AbortSignal): Promise<ListRunsCommandOutput>;
  getRun(id: string, signal: AbortSignal): Promise<GetRunCommandOutput>;
  cancelRunBatch(batchId: string, signal: AbortSignal): Promise<void>;
  /** DeleteRunBatch: the runs go, the batch stays. */
  deleteRunsOfBatch(batchId: string, signal: AbortSignal): Promise<void>;
  /** DeleteBatch: the batch goes, the runs stay. */
  deleteBatchRecord(batchId: string, signal: AbortSignal): Promise<void>;
  /** Closes the connections; a later call opens new ones. */
  close(): void;
}

interface Connection {
  readonly sdk: Sdk;
  readonly client: OmicsClient;
  readonly sender: AbortableSender;
}

/** HealthOmics over the SDK's client, which is loaded and built when it is first needed. */
export class OmicsSdkCalls implements OmicsCalls {
  readonly #config: HealthOmicsConfig;
  #connection: Connection | undefined;

  constructor(config: HealthOmicsConfig) {
    this.#config = config;
  }

  async startRunBatch(input: StartRunBatchCommandInput, signal: AbortSignal): Promise<StartRunBatchCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.StartRunBatchCommand(input), signal);
  }

  async getBatch(batchId: string, signal: AbortSignal): Promise<GetBatchCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.GetBatchCommand({ batchId }), signal);
  }

  async listBatch(input: ListBatchCommandInput, signal: AbortSignal): Promise<ListBatchCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.ListBatchCommand(input), signal);
  }

  async listRunsInBatch(
    input: ListRunsInBatchCommandInput,
    signal: AbortSignal,
  ): Promise<ListRunsInBatchCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.ListRunsInBatchCommand(input), signal);
  }

  async listRuns(input: ListRunsCommandInput, signal: AbortSignal): Promise<ListRunsCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.ListRunsCommand(input), signal);
  }

  async getRun(id: string, signal: AbortSignal): Promise<GetRunCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.GetRunCommand({ id }), signal);
  }

  async cancelRunBatch(batchId: string, signal: AbortSignal): Promise<void> {
    const { sdk, sender } = await this.#connect();
    await sender.send(new sdk.CancelRunBatchCommand({ batchId }), signal);
  }

  async deleteRunsOfBatch(batchId: string, signal: AbortSignal): Promise<void> {
    const { sdk, sender } = await this.#connect();
    await sender.send(new sdk.DeleteRunBatchCommand({ batchId }), signal);
  }

  async deleteBatchRecord(batchId: string, signal: AbortSignal): Promise<void> {
    const { sdk, sender } = await this.#connect();
    await sender.send(new sdk.DeleteBatchCommand({ batchId }), signal);
  }

  close(): void {
    this.#connection?.client.destroy();
    this.#connection = undefined;
  }

  async #connect(): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection;
    const sdk = await loadSdk();
    return (this.#connection ??= connect(sdk, this.#config));
  }
}

/** Batch calls go to `workflows-omics.…`; in front of an address of the user's own that prefix would name a host that is not there. */
function connect(sdk: Sdk, config: HealthOmicsConfig): Connection {
  const settings = { ...toClientConfig(config), disableHostPrefix: config.endpoint !== undefined };
  const client = withoutNodeWarning(() => new sdk.OmicsClient(settings));
  // Between the serializer, which writes the body, and what measures and signs it.
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const request = args.request as { body: Uint8Array | string };
        if (commandName === 'StartRunBatchCommand') request.body = withNewerSettings(request.body, args.input);
        return next(args);
      },
    { name: 'anysessionNewerSettings', step: 'serialize', priority: 'low' },
  );
  return { sdk, client, sender: new AbortableSender(client, settings.requestHandler) };
=======
/** Makes the client; does no I/O. */
export function omicsClient(config: HealthOmicsConfig): OmicsClient {
  return new ServiceClient(config, {
    load: () => loadSdk(OMICS_SDK),
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
>>>>>>> main
}

async function loadSdk(): Promise<Sdk> {
  try {
    return (requirePeer(OMICS_SDK) as Sdk | undefined) ?? (await import('@aws-sdk/client-omics'));
  } catch (cause) {
    return requireFromWorkingFolder(cause, OMICS_SDK) as Sdk;
  }
}
