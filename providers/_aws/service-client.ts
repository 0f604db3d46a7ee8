import type { ExchangeObserver } from '../../src/contract/exchange.ts';
import { ServiceTime } from '../../src/provider-kit/service-time.ts';
import type { ServiceCall } from '../../src/provider-kit/call-runner.ts';
import { observedRequest } from '../../src/provider-kit/observed-request.ts';
import { AbortableSender } from './abortable-sender.ts';
import type { AwsConfig } from './aws-options.ts';
import { toClientConfig, type ClientSettings } from './client-config.ts';
import { observedHandler } from './observed-handler.ts';
import { takeCredentials, type CredentialSource } from './credential-source.ts';
import { withRepair } from './with-repair.ts';
import { withoutNodeWarning } from './without-node-warning.ts';

type CommandClass = new (input: never) => {
  resolveMiddleware(...parts: never[]): (call: never) => Promise<{ readonly output: unknown }>;
};

/** The operations of an SDK package: `GetSession` for its class `GetSessionCommand`. */
export type OperationOf<Sdk> = {
  [Name in keyof Sdk & string]: Name extends `${infer Operation}Command`
    ? Sdk[Name] extends CommandClass
      ? Operation
      : never
    : never;
}[keyof Sdk & string];

type CommandOf<Sdk, Operation extends string> = `${Operation}Command` extends keyof Sdk
  ? Extract<Sdk[`${Operation}Command`], CommandClass>
  : never;

/** The input of an operation. */
export type InputOf<Sdk, Operation extends string> = ConstructorParameters<CommandOf<Sdk, Operation>>[0];

/** The answer of an operation. */
export type OutputOf<Sdk, Operation extends string> = Awaited<
  ReturnType<ReturnType<InstanceType<CommandOf<Sdk, Operation>>['resolveMiddleware']>>
>['output'];

interface SdkClient {
  readonly config: object;
  destroy(): void;
}

/** How the client of one service is made. */
export interface ClientParts<Sdk> {
  /** Loads the SDK package with a literal `import()` in a `try`: bundlers then accept that the package is missing. */
  readonly load: () => Promise<unknown>;
  readonly create: (sdk: Sdk, settings: ClientSettings) => SdkClient;
}

/** The operations that change nothing. */
const READ = /^(Describe|Get|List)/;

function requestIdOf(answer: unknown): string | undefined {
  return (answer as { readonly $metadata: { readonly requestId?: string } }).$metadata.requestId;
}

interface Connection {
  readonly commands: Readonly<Record<string, new (input: unknown) => { readonly input: object }>>;
  readonly client: SdkClient;
  readonly sender: AbortableSender;
  readonly credentials: CredentialSource;
}

/**
 * The client of one service. Loads the SDK and builds the SDK's client at the first call. Each call makes one attempt.
 */
export class ServiceClient<Sdk> {
  /** The service's clock. */
  readonly time = new ServiceTime();
  readonly #config: AwsConfig;
  readonly #parts: ClientParts<Sdk>;
  readonly #exchanges: ExchangeObserver | undefined;
  #connection: Connection | undefined;

  /** @param exchanges - sees each exchange */
  constructor(config: AwsConfig, parts: ClientParts<Sdk>, exchanges?: ExchangeObserver) {
    this.#config = config;
    this.#exchanges = exchanges;
    this.#parts = parts;
  }

  /** Calls one operation, within the rate budget; an abort stops the call. */
  async send<Operation extends OperationOf<Sdk>>(
    operation: Operation,
    input: InputOf<Sdk, Operation>,
    { signal, pay, requests }: ServiceCall,
  ): Promise<OutputOf<Sdk, Operation>> {
    const callClass = READ.test(operation) ? 'reads' : 'writes';
    await pay(callClass);
    const loaded = this.#connection === undefined ? await this.#parts.load() : undefined;
    const { commands, sender, client, credentials } = (this.#connection ??= this.#connect(loaded));
    const Command = commands[`${operation}Command`];
    if (Command === undefined) throw new TypeError(`the SDK has no operation ${operation}`);
    return withRepair({ client, credentials }, signal, async (isRepeated) => {
      if (isRepeated) await pay(callClass);
      const send = () => sender.send<OutputOf<Sdk, Operation>>(new Command(input), signal);
      return observedRequest(requests, { name: operation, input, callClass }, send, requestIdOf);
    });
  }

  /** Closes the connections; a later call opens new ones. */
  close(): void {
    this.#connection?.client.destroy();
    this.#connection = undefined;
  }

  #connect(loaded: unknown): Connection {
    const settings = toClientConfig(this.#config);
    const client = withoutNodeWarning(() => this.#parts.create(loaded as Sdk, settings));
    const sender = new AbortableSender(client, observedHandler(settings.requestHandler, this.#exchanges), this.time);
    const credentials = takeCredentials(client, this.#config);
    return { commands: loaded as Connection['commands'], client, sender, credentials };
  }
}
