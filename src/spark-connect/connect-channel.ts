import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import type * as Grpc from '@grpc/grpc-js';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import { secretConcealer, secretsOf, type Concealer } from '../provider-kit/secret-concealer.ts';
import { CHANNEL_OPTIONS } from './channel-options.ts';
import { openEndpointChannel, type ConnectAddress, type EndpointChannel } from './endpoint-channel.ts';
import { identityEncodingMetadata } from './identity-encoding-metadata.ts';
import { RpcFailure, STATUS } from './rpc-failure.ts';
import { RpcStream } from './rpc-stream.ts';

/** How many secrets to look for in what a server answers: each takes time, and old tokens have expired. */
const MAX_SECRETS = 8;

/** Options of one call. */
export interface RpcOptions {
  /** gRPC metadata, with the secret. */
  readonly metadata: Readonly<Record<string, string>>;
  /** How long the call may take, milliseconds. */
  readonly timeoutMs: number;
}

/** Options of a call of raw messages. */
export interface RawOptions {
  /** What the caller sends. */
  readonly metadata: Grpc.Metadata;
  /** What replaces or completes it, with the secret. */
  readonly secret: Readonly<Record<string, string>>;
  readonly deadline?: Grpc.Deadline | undefined;
}

/** One connection to the Spark Connect service of one server. */
export class ConnectChannel {
  /** Host and port, for messages. */
  readonly address: string;
  readonly #grpc: typeof Grpc;
  readonly #clock: Clock;
  readonly #channel: Grpc.Channel;
  readonly #explain: EndpointChannel['explain'];
  readonly #hold: EndpointChannel['hold'];
  readonly #Metadata: new () => Grpc.Metadata;
  /** Of the last calls: a server may repeat a token that was replaced since. */
  readonly #secrets = new Set<string>();
  #concealer: Concealer | undefined;
  #breaks = 0;
  #isClosed = false;

  /** @param fresh - gives the endpoint with a token that is valid now */
  constructor(grpc: typeof Grpc, clock: Clock, address: ConnectAddress, fresh: () => Promise<ConnectEndpoint>) {
    this.#grpc = grpc;
    this.#clock = clock;
    this.#Metadata = identityEncodingMetadata(grpc);
    const { host, port } = address;
    this.address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const opened = openEndpointChannel(grpc, address, { fresh: () => this.#noting(fresh), options: CHANNEL_OPTIONS });
    this.#channel = opened.channel;
    this.#explain = opened.explain;
    this.#hold = opened.hold;
    this.#countBreaks();
  }

  /** Whether the connection is open now. */
  get isOpen(): boolean {
    return this.#channel.getConnectivityState(false) === this.#grpc.connectivityState.READY;
  }

  /** How often an open connection has ended. After that another server may answer. */
  get breaks(): number {
    return this.#breaks;
  }

  /** Opens a call whose answers are read one by one. */
  stream<I extends DescMethod['input'], O extends DescMethod['output']>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
    options: RpcOptions,
  ): AnswerStream<MessageShape<O>> {
    const late = new RpcFailure(STATUS.DEADLINE_EXCEEDED, `${method.name} took more than ${options.timeoutMs} ms`);
    const stream = this.#open(method, request, options, late);
    return {
      next: async () => {
        const bytes = await stream.next();
        return bytes === undefined ? undefined : readAnswer(method, bytes);
      },
      cancel: (why) => {
        stream.cancel(new RpcFailure(STATUS.CANCELLED, why));
      },
    };
  }

  /** Makes a call with one answer. @throws RpcFailure */
  async unary<I extends DescMethod['input'], O extends DescMethod['output']>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    options: RpcOptions,
  ): Promise<MessageShape<O>> {
    const silence = RpcFailure.silence(`${this.address} did not answer ${method.name} within ${options.timeoutMs} ms`);
    const stream = this.#open(method, request, options, silence);
    const bytes = await stream.next();
    // The status follows the answer, and may still be a failure.
    await stream.next();
    if (bytes === undefined) throw new RpcFailure(STATUS.INTERNAL, `${method.name} got no answer`);
    return readAnswer(method, bytes);
  }

  /** Opens a call of messages that nobody here reads. */
  raw(path: string, { metadata, secret, deadline }: RawOptions): RpcStream {
    const all = new this.#Metadata();
    all.merge(metadata);
    return this.#start(path, { metadata: this.#addTo(all, secret), deadline });
  }

  /** Removes the secrets of all calls from what a server answers. */
  get conceal(): Concealer {
    this.#concealer ??= secretConcealer([...this.#secrets]);
    return this.#concealer;
  }

  close(): void {
    this.#isClosed = true;
    this.#channel.close();
  }

  async #noting(fresh: () => Promise<ConnectEndpoint>): Promise<ConnectEndpoint> {
    const endpoint = await fresh();
    for (const secret of secretsOf(endpoint.tunnel?.headers ?? {})) this.#remember(secret);
    return endpoint;
  }

  #countBreaks(): void {
    const state = this.#channel.getConnectivityState(false);
    this.#channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, () => {
      if (this.#isClosed) return;
      if (state === this.#grpc.connectivityState.READY) this.#breaks += 1;
      this.#countBreaks();
    });
  }

  #open(
    method: DescMethod,
    request: MessageInitShape<DescMessage>,
    { metadata, timeoutMs }: RpcOptions,
    late: RpcFailure,
  ): RpcStream {
    const path = `/${method.parent.typeName}/${method.name}`;
    let callOff = (): void => {};
    const stream = this.#start(path, {
      metadata: this.#addTo(new this.#Metadata(), metadata),
      onEnd: () => {
        callOff();
      },
    });
    // On the injected clock, not as a gRPC deadline. A call that could not be opened has no timer.
    callOff = this.#clock.schedule(
      timeoutMs,
      () => {
        stream.cancel(late);
      },
      'background',
    );
    void stream.send(toBinary(method.input, create(method.input, request)));
    stream.halfClose();
    return stream;
  }

  #start(
    path: string,
    {
      metadata,
      deadline = Number.POSITIVE_INFINITY,
      onEnd,
    }: { readonly metadata: Grpc.Metadata; readonly deadline?: Grpc.Deadline | undefined; readonly onEnd?: () => void },
  ): RpcStream {
    const call = this.#channel.createCall(path, deadline, null, null, null);
    const release = this.#hold();
    const stream = new RpcStream(call, {
      onEnd: () => {
        onEnd?.();
        release();
      },
      // A tunnel gets its token after the call has begun.
      conceal: (value) => this.conceal(value),
      explain: this.#explain,
      cancelCode: this.#grpc.status.CANCELLED,
    });
    stream.start(metadata);
    return stream;
  }

  #remember(secret: string): void {
    if (this.#secrets.has(secret)) return;
    this.#secrets.add(secret);
    const [oldest] = this.#secrets;
    if (oldest !== undefined && this.#secrets.size > MAX_SECRETS) this.#secrets.delete(oldest);
    this.#concealer = undefined;
  }

  #addTo(metadata: Grpc.Metadata, entries: Readonly<Record<string, string>>): Grpc.Metadata {
    for (const secret of secretsOf(entries)) this.#remember(secret);
    for (const [key, value] of Object.entries(entries)) metadata.set(key, value);
    return metadata;
  }
}

/** @throws SessionError `unexpected` when the server is no Spark Connect server. */
function readAnswer<O extends DescMethod['output']>(
  { name, output }: { readonly name: string; readonly output: O },
  bytes: Uint8Array,
): MessageShape<O> {
  try {
    return fromBinary(output, bytes);
  } catch (cause) {
    const message = `The answer to ${name} is not a Spark Connect message. Check that the address is that of a Spark Connect server.`;
    throw new SessionError('unexpected', message, { operation: 'execute', cause });
  }
}

/** The answers of a streaming call. */
export interface AnswerStream<Answer> {
  /** The next answer, or `undefined` after the last one. @throws RpcFailure */
  next(): Promise<Answer | undefined>;
  /** Ends the call on this side. */
  cancel(why: string): void;
}
