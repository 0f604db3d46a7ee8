import type { Clock } from '../../src/contract/ports.ts';
import { create, fromBinary, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { Client, credentials, Metadata, type CallOptions, type ClientOptions, type ServiceError } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'vitest';
import type { SessionError } from '../../src/contract/session-error.ts';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import type { ProxiedSession, SessionSource } from '../../src/proxy/session-source.ts';
import { startProxy, type ProxyOptions, type SparkConnectProxy } from '../../src/proxy/start-proxy.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/session/system-ports.ts';
import { RefreshingEndpoint } from '../../src/spark-connect/refreshing-endpoint.ts';
import {
  ExecutePlanRequestSchema,
  ExecutePlanResponseSchema,
  type ExecutePlanResponse,
} from '../../src/spark-connect/wire/spark-connect_pb.ts';
import { endpointTo, HANDLE, schedulePromptly } from '../spark-connect/connect-stage.ts';
import { FakeServer } from '../spark-connect/fake-server.ts';

export const SERVICE = '/spark.connect.SparkConnectService/';
export const SESSION = '11111111-2222-4333-8444-555555555555';

const same = (bytes: Uint8Array): Buffer => Buffer.from(bytes);

/** What a call of a client got. */
export interface Answered {
  readonly answers: readonly Buffer[];
  readonly error: ServiceError | undefined;
  readonly trailers: Metadata | undefined;
}

/** A gRPC client of raw messages, as those of others. */
export class RawClient {
  readonly #client: Client;
  readonly #metadata: Readonly<Record<string, string>>;

  constructor(address: string, metadata: Readonly<Record<string, string>>, options: ClientOptions = {}) {
    this.#client = new Client(address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.enable_retries': 0,
      // Two clients are two programs, each with its connection.
      'grpc.use_local_subchannel_pool': 1,
      ...options,
    });
    this.#metadata = metadata;
  }

  /** Opens a call. */
  open(method: string, options: CallOptions = {}) {
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(this.#metadata)) metadata.set(key, value);
    const path = method.startsWith('/') ? method : `${SERVICE}${method}`;
    return this.#client.makeBidiStreamRequest<Uint8Array, Buffer>(path, same, (bytes) => bytes, metadata, options);
  }

  /** Makes a call, and reads it to its end. */
  async call(method: string, requests: readonly Uint8Array[], options: CallOptions = {}): Promise<Answered> {
    const call = this.open(method, options);
    const answers: Buffer[] = [];
    let trailers: Metadata | undefined;
    call.on('data', (answer: Buffer) => answers.push(answer));
    call.on('status', ({ metadata }) => (trailers = metadata));
    const ended = new Promise<ServiceError | undefined>((resolve) => {
      call.on('error', (error: ServiceError) => resolve(error));
      call.on('end', () => setImmediate(() => resolve(undefined)));
    });
    for (const request of requests) call.write(request);
    call.end();
    return { error: await ended, answers, trailers };
  }

  close(): void {
    this.#client.close();
  }
}

/** The bytes of a request. */
export function bytesOf<D extends DescMessage>(schema: D, message: MessageInitShape<D>): Uint8Array {
  return toBinary(schema, create(schema, message));
}

/** An ExecutePlan as of a client that does not reattach, or one that does. */
export function executePlan({
  reattaches = false,
  operationId = reattaches ? randomUUID() : undefined,
}: {
  readonly reattaches?: boolean;
  readonly operationId?: string | undefined;
} = {}): Uint8Array {
  return bytesOf(ExecutePlanRequestSchema, {
    sessionId: SESSION,
    userContext: { userId: 'ann' },
    plan: { opType: { case: 'root', value: { relType: { case: 'sql', value: { query: 'SELECT n' } } } } },
    ...(operationId !== undefined && { operationId }),
    ...(reattaches && {
      requestOptions: [{ requestOption: { case: 'reattachOptions' as const, value: { reattachable: true } } }],
    }),
  });
}

/** The answers to an ExecutePlan. */
export function decoded({ answers }: Pick<Answered, 'answers'>): readonly ExecutePlanResponse[] {
  return answers.map((answer) => fromBinary(ExecutePlanResponseSchema, answer));
}

/** The row counts of the batches. */
export function rowCounts(answered: Answered): readonly number[] {
  return decoded(answered).flatMap(({ responseType: { case: kind, value } }) =>
    kind === 'arrowBatch' ? [Number(value.rowCount)] : [],
  );
}

/** A proxy in front of a server that spoils streams as told. */
export interface ProxyStage {
  readonly server: FakeServer;
  readonly proxy: SparkConnectProxy;
  readonly client: RawClient;
  /** Why the session has ended. */
  ended: SessionError | undefined;
  /** The tokens that the cloud gives, in order; the last one again and again. */
  tokens: string[];
  readonly asked: () => number;
}

export async function openProxyStage(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  {
    endpoint = {},
    source,
    clock = { ...systemClock, schedule: schedulePromptly },
    ...options
  }: ProxyOptions & {
    readonly endpoint?: Partial<ConnectEndpoint>;
    readonly source?: (session: ProxiedSession) => SessionSource['get'];
    /** By default waits end at once. */
    readonly clock?: Clock;
  } = {},
): Promise<ProxyStage> {
  const server = new FakeServer();
  await server.listen();
  onTestFinished(() => server.close());
  let asked = 0;
  const ask = async (): Promise<ConnectEndpoint> => {
    asked += 1;
    const token = stage.tokens.length > 1 ? stage.tokens.shift() : stage.tokens[0];
    return endpointTo(server.port, { metadata: { 'x-aws-proxy-auth': String(token) }, ...endpoint });
  };
  const session: ProxiedSession = {
    handle: HANDLE,
    endpoint: new RefreshingEndpoint({ ask, clock, logger: silentLogger }),
    ended: async () => stage.ended,
  };
  const get = source?.(session) ?? (async () => session);
  const proxy = await startProxy({ get, close: async () => {} }, options, { clock, random: systemRandom });
  const client = new RawClient(`127.0.0.1:${proxy.port}`, { 'x-anysession-key': proxy.key });
  const stage: ProxyStage = {
    server,
    proxy,
    client,
    ended: undefined,
    tokens: ['secret-token-1', 'secret-token-2', 'secret-token-3'],
    asked: () => asked,
  };
  onTestFinished(async () => {
    client.close();
    await proxy.close();
  });
  return stage;
}
