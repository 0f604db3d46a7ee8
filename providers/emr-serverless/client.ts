import type * as sdkModule from '@aws-sdk/client-emr-serverless';
<<<<<<< HEAD
import { AbortableSender, toClientConfig } from '../_aws/client-config.ts';
import { withoutNodeWarning } from '../_aws/without-node-warning.ts';
import { requireFromWorkingFolder, requirePeer } from '../../src/provider-kit/load-peer.ts';
import type { EmrServerlessConfig } from './options.ts';
=======
import type { AwsConfig } from '../_aws/aws-options.ts';
import { loadSdk } from '../_aws/load-sdk.ts';
import { ServiceClient } from '../_aws/service-client.ts';
>>>>>>> main

/** The package that is loaded at the first call. */
export const EMR_SERVERLESS_SDK = '@aws-sdk/client-emr-serverless';

/** The client of EMR Serverless. */
export type EmrServerlessClient = ServiceClient<typeof sdkModule>;

<<<<<<< HEAD
/** The few calls of EMR Serverless that the sessions of one application need; each makes one attempt and stops when its signal aborts. */
export interface EmrServerlessCalls {
  startSession(
    input: Omit<StartSessionCommandInput, 'applicationId'>,
    signal: AbortSignal,
  ): Promise<StartSessionCommandOutput>;
  getSession(id: string, signal: AbortSignal): Promise<GetSessionCommandOutput>;
  listSessions(
    input: Omit<ListSessionsCommandInput, 'applicationId'>,
    signal: AbortSignal,
  ): Promise<ListSessionsCommandOutput>;
  terminateSession(id: string, signal: AbortSignal): Promise<TerminateSessionCommandOutput>;
  getSessionEndpoint(id: string, signal: AbortSignal): Promise<GetSessionEndpointCommandOutput>;
  getSessionDashboard(id: string, signal: AbortSignal): Promise<GetResourceDashboardCommandOutput>;
  getApplication(signal: AbortSignal): Promise<GetApplicationCommandOutput>;
  startApplication(signal: AbortSignal): Promise<StartApplicationCommandOutput>;
  /** Closes the connections; a later call opens new ones. */
  close(): void;
}

interface Connection {
  readonly sdk: Sdk;
  readonly client: EMRServerlessClient;
  readonly sender: AbortableSender;
}

/** EMR Serverless over the SDK's client, which is loaded and built when it is first needed. */
export class EmrServerlessSdkCalls implements EmrServerlessCalls {
  readonly #config: EmrServerlessConfig;
  readonly #applicationId: string;
  #connection: Connection | undefined;

  constructor(config: EmrServerlessConfig) {
    this.#config = config;
    this.#applicationId = config.applicationId;
  }

  async startSession(
    input: Omit<StartSessionCommandInput, 'applicationId'>,
    signal: AbortSignal,
  ): Promise<StartSessionCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.StartSessionCommand({ ...input, applicationId: this.#applicationId }), signal);
  }

  async getSession(sessionId: string, signal: AbortSignal): Promise<GetSessionCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.GetSessionCommand({ applicationId: this.#applicationId, sessionId }), signal);
  }

  async listSessions(
    input: Omit<ListSessionsCommandInput, 'applicationId'>,
    signal: AbortSignal,
  ): Promise<ListSessionsCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.ListSessionsCommand({ ...input, applicationId: this.#applicationId }), signal);
  }

  async terminateSession(sessionId: string, signal: AbortSignal): Promise<TerminateSessionCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.TerminateSessionCommand({ applicationId: this.#applicationId, sessionId }), signal);
  }

  async getSessionEndpoint(sessionId: string, signal: AbortSignal): Promise<GetSessionEndpointCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.GetSessionEndpointCommand({ applicationId: this.#applicationId, sessionId }), signal);
  }

  async getSessionDashboard(resourceId: string, signal: AbortSignal): Promise<GetResourceDashboardCommandOutput> {
    const { sdk, sender } = await this.#connect();
    const input = { applicationId: this.#applicationId, resourceId, resourceType: 'SESSION' as const };
    return sender.send(new sdk.GetResourceDashboardCommand(input), signal);
  }

  async getApplication(signal: AbortSignal): Promise<GetApplicationCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.GetApplicationCommand({ applicationId: this.#applicationId }), signal);
  }

  async startApplication(signal: AbortSignal): Promise<StartApplicationCommandOutput> {
    const { sdk, sender } = await this.#connect();
    return sender.send(new sdk.StartApplicationCommand({ applicationId: this.#applicationId }), signal);
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

function connect(sdk: Sdk, config: EmrServerlessConfig): Connection {
  const settings = toClientConfig(config);
  const client = withoutNodeWarning(() => new sdk.EMRServerlessClient(settings));
  return { sdk, client, sender: new AbortableSender(client, settings.requestHandler) };
=======
/** Makes the client; does no I/O. */
export function emrServerlessClient(config: AwsConfig): EmrServerlessClient {
  return new ServiceClient(config, {
    load: () => loadSdk(EMR_SERVERLESS_SDK),
    create: (sdk, settings) => new sdk.EMRServerlessClient(settings),
  });
>>>>>>> main
}

async function loadSdk(): Promise<Sdk> {
  try {
    return (requirePeer(EMR_SERVERLESS_SDK) as Sdk | undefined) ?? (await import('@aws-sdk/client-emr-serverless'));
  } catch (cause) {
    return requireFromWorkingFolder(cause, EMR_SERVERLESS_SDK) as Sdk;
  }
}
