import type * as sdkModule from '@aws-sdk/client-athena';
import type { AwsConfig } from '../_aws/aws-options.ts';
<<<<<<< HEAD
import { AbortableSender, toClientConfig } from '../_aws/client-config.ts';
import { withoutNodeWarning } from '../_aws/without-node-warning.ts';
import { requireFromWorkingFolder, requirePeer } from '../../src/provider-kit/load-peer.ts';
=======
import { loadSdk } from '../_aws/load-sdk.ts';
import { ServiceClient } from '../_aws/service-client.ts';
>>>>>>> main

/** The package that is loaded at the first call. */
export const ATHENA_SDK = '@aws-sdk/client-athena';

/** The client of Athena. */
export type AthenaClient = ServiceClient<typeof sdkModule>;

<<<<<<< HEAD
/** The few calls of Athena that sessions need; each makes one attempt and stops when its signal aborts. */
export interface AthenaCalls {
  startSession(input: StartSessionCommandInput, signal: AbortSignal): Promise<StartSessionCommandOutput>;
  getSession(id: string, signal: AbortSignal): Promise<GetSessionCommandOutput>;
  listSessions(input: ListSessionsCommandInput, signal: AbortSignal): Promise<ListSessionsCommandOutput>;
  terminateSession(id: string, signal: AbortSignal): Promise<TerminateSessionCommandOutput>;
  getSessionEndpoint(id: string, signal: AbortSignal): Promise<GetSessionEndpointCommandOutput>;
  getResourceDashboard(arn: string, signal: AbortSignal): Promise<GetResourceDashboardCommandOutput>;
  getWorkGroup(name: string, signal: AbortSignal): Promise<GetWorkGroupCommandOutput>;
  startCalculation(
    input: StartCalculationExecutionCommandInput,
    signal: AbortSignal,
  ): Promise<StartCalculationExecutionCommandOutput>;
  getCalculation(id: string, signal: AbortSignal): Promise<GetCalculationExecutionCommandOutput>;
  stopCalculation(id: string, signal: AbortSignal): Promise<StopCalculationExecutionCommandOutput>;
  /** Closes the connections; a later call opens new ones. */
  close(): void;
}

interface Connection {
  readonly sdk: Sdk;
  readonly client: AthenaClient;
  readonly sender: AbortableSender;
}

/** Athena over the SDK's client, which is loaded and built when it is first needed. */
export class AthenaSdkCalls implements AthenaCalls {
  readonly #config: AwsConfig;
  #connection: Connection | undefined;

  constructor(config: AwsConfig) {
    this.#config = config;
  }

  async startSession(input: StartSessionCommandInput, signal: AbortSignal): Promise<StartSessionCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.StartSessionCommand(input), signal);
  }

  async getSession(id: string, signal: AbortSignal): Promise<GetSessionCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.GetSessionCommand({ SessionId: id }), signal);
  }

  async listSessions(input: ListSessionsCommandInput, signal: AbortSignal): Promise<ListSessionsCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.ListSessionsCommand(input), signal);
  }

  async terminateSession(id: string, signal: AbortSignal): Promise<TerminateSessionCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.TerminateSessionCommand({ SessionId: id }), signal);
  }

  async getSessionEndpoint(id: string, signal: AbortSignal): Promise<GetSessionEndpointCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.GetSessionEndpointCommand({ SessionId: id }), signal);
  }

  async getResourceDashboard(arn: string, signal: AbortSignal): Promise<GetResourceDashboardCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.GetResourceDashboardCommand({ ResourceARN: arn }), signal);
  }

  async getWorkGroup(name: string, signal: AbortSignal): Promise<GetWorkGroupCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.GetWorkGroupCommand({ WorkGroup: name }), signal);
  }

  async startCalculation(
    input: StartCalculationExecutionCommandInput,
    signal: AbortSignal,
  ): Promise<StartCalculationExecutionCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.StartCalculationExecutionCommand(input), signal);
  }

  async getCalculation(id: string, signal: AbortSignal): Promise<GetCalculationExecutionCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.GetCalculationExecutionCommand({ CalculationExecutionId: id }), signal);
  }

  async stopCalculation(id: string, signal: AbortSignal): Promise<StopCalculationExecutionCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.StopCalculationExecutionCommand({ CalculationExecutionId: id }), signal);
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

function connect(sdk: Sdk, config: AwsConfig): Connection {
  const settings = toClientConfig(config);
  const client = withoutNodeWarning(() => new sdk.AthenaClient(settings));
  return { sdk, client, sender: new AbortableSender(client, settings.requestHandler) };
=======
/** Makes the client; does no I/O. */
export function athenaClient(config: AwsConfig): AthenaClient {
  return new ServiceClient(config, {
    load: () => loadSdk(ATHENA_SDK),
    create: (sdk, settings) => new sdk.AthenaClient(settings),
  });
>>>>>>> main
}

async function loadSdk(): Promise<Sdk> {
  try {
    return (requirePeer(ATHENA_SDK) as Sdk | undefined) ?? (await import('@aws-sdk/client-athena'));
  } catch (cause) {
    return requireFromWorkingFolder(cause, ATHENA_SDK) as Sdk;
  }
}
