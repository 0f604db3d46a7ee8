import type * as grpcModule from '@grpc/grpc-js';
import type { ConnectionInjector, Metadata, Server, ServerDuplexStream, StatusObject } from '@grpc/grpc-js';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { OpenCallRecord } from '../call-log.ts';
import type { RpcFault } from '../fault.ts';
import { GRPC_CODES, RpcStatus } from '../grpc-status.ts';
import { METHODS, SERVICE_PATH, type ConnectEngine } from './connect-engine.ts';
import { CutConnection, faultyAnswers } from './faulty-answers.ts';
import { bridgedToken, openWhile, type OpenTicket } from './gatekeeper.ts';
import { WireMessage } from './wire-message.ts';
import type { EmulatedSession } from '../service.ts';

type Call = ServerDuplexStream<Uint8Array, Uint8Array>;

/** The metadata in which the clouds' proxies expect the token. */
export const TOKEN_KEY = 'x-aws-proxy-auth';
/** The metadata that may replace the token on EMR on EC2. */
const PASSWORD_KEY = 'x-emr-password';
/** The metadata of a caller that is not for the engine. */
const NOT_FORWARDED = new Set([
  ...[TOKEN_KEY, PASSWORD_KEY, 'x-emr-username', 'authorization'],
  ...['user-agent', 'te', 'content-type', 'grpc-accept-encoding', 'grpc-timeout'],
]);

/** The field with the id of the Spark session, in every request. */
const SESSION_ID = 1;

interface RelayedCall {
  readonly session: EmulatedSession;
  readonly requests: AsyncIterable<Uint8Array>;
  readonly faults: readonly RpcFault[];
  readonly expireToken: () => RpcStatus;
  readonly signal: AbortSignal;
}

export interface ConnectServerParts {
  readonly engineFor: (session: EmulatedSession) => ConnectEngine;
  /** Whether a peer comes through the WebSocket bridge: then its session is that of its first request, and it has no token. */
  readonly isBridged: (peer: string) => boolean;
  /** Accepts a call. @throws RpcStatus when it is refused. */
  readonly open: (token: string | undefined, method: string, metadata: Readonly<Record<string, unknown>>) => OpenTicket;
  readonly strike: (ticket: OpenTicket, method: string) => readonly RpcFault[];
  /** Closes the sockets of one peer. */
  readonly reset: (peer: string) => void;
}

/** The gRPC server in front of the engine: checks tokens, injects faults, and passes bytes on. */
export class ConnectServer {
  readonly #grpc: typeof grpcModule;
  readonly #parts: ConnectServerParts;
  readonly #server: Server;
  readonly #injector: ConnectionInjector;

  private constructor(grpc: typeof grpcModule, parts: ConnectServerParts) {
    this.#grpc = grpc;
    this.#parts = parts;
    this.#server = new grpc.Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
    this.#server.addService(serviceDefinition(), this.#handlers());
    this.#injector = this.#server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  }

  /** Loads gRPC and makes a server without connections. */
  static async create(parts: ConnectServerParts): Promise<ConnectServer> {
    return new ConnectServer(await import('@grpc/grpc-js'), parts);
  }

  take(socket: Socket): void {
    this.#injector.injectConnection(socket);
  }

  close(): void {
    this.#injector.destroy();
    this.#server.forceShutdown();
  }

  #handlers(): Record<string, (call: Call) => void> {
    return Object.fromEntries(METHODS.map((method) => [method, (call: Call) => void this.#answer(method, call)]));
  }

  async #answer(method: string, call: Call): Promise<void> {
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort());
    call.on('error', () => gone.abort());
    let ticket: OpenTicket | undefined;
    try {
      // An engine that has read enough requests still writes answers, so the call stays open.
      let requests = call.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
      let token = tokenOf(call.metadata);
      if (this.#parts.isBridged(call.getPeer())) {
        const rest = requests[Symbol.asyncIterator]();
        const first = await rest.next();
        token = bridgedToken(first.done === true ? '' : new WireMessage(first.value).text(SESSION_ID));
        requests = together(first, rest);
      }
      const opened = this.#parts.open(token, method, call.metadata.getMap());
      ticket = opened;
      const {
        record,
        ticket: { session },
      } = opened;
      const faults = this.#parts.strike(opened, method);
      record.faults = faults.map(({ kind }) => kind);
      const expireToken = (): RpcStatus => opened.expire();
      await openWhile(opened, gone, () =>
        this.#relay(method, call, { session, requests, faults, expireToken, signal: gone.signal }),
      );
      call.end();
    } catch (error) {
      this.#fail(call, error, ticket?.record);
    } finally {
      ticket?.leave();
    }
  }

  async #relay(
    method: string,
    call: Call,
    { session, requests, faults, expireToken, signal }: RelayedCall,
  ): Promise<void> {
    const metadata = forwardedMetadata(call.metadata);
    const findsNothing = faults.some(({ kind }) => kind === 'rpc-finds-nothing');
    const answers = (): AsyncIterable<Uint8Array> =>
      findsNothing ? nothingFound() : this.#parts.engineFor(session).answer({ method, requests, metadata, signal });
    for await (const answer of faultyAnswers({ faults, answers, expireToken, signal })) {
      if (signal.aborted) return;
      // Rejects when the caller disconnects, which the next turn notices.
      if (!call.write(answer)) await once(call, 'drain', { signal }).catch(() => undefined);
    }
  }

  #fail(call: Call, error: unknown, record: OpenCallRecord | undefined): void {
    if (error instanceof CutConnection) {
      if (record !== undefined) record.delivery = 'reset';
      // GOAWAY reaches every client of the server, as in a shutdown.
      if (error.goaway) this.#injector.drain(0);
      else this.#parts.reset(call.getPeer());
      return;
    }
    const status = this.#toStatus(error);
    if (record !== undefined) record.errorCode = this.#grpc.status[status.code];
    call.emit('error', status);
  }

  #toStatus(error: unknown): { code: number; details: string; metadata?: Metadata } {
    if (error instanceof RpcStatus) {
      const metadata = new this.#grpc.Metadata();
      if (error.details !== undefined) metadata.set('grpc-status-details-bin', error.details);
      return { code: GRPC_CODES[error.code].grpc, details: error.message, metadata };
    }
    // An engine's own status is passed on; anything else is a bug of the emulator, which the caller should read.
    if (isStatus(error)) return { code: error.code, details: error.details, metadata: error.metadata };
    return { code: GRPC_CODES.INTERNAL.grpc, details: `The emulator itself failed: ${String(error)}` };
  }
}

function serviceDefinition(): grpcModule.ServiceDefinition {
  const same = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const asBytes = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  return Object.fromEntries(
    METHODS.map((method) => {
      const path = `${SERVICE_PATH}${method}`;
      return [method, { path, requestStream: true, responseStream: true, ...asBytes }];
    }),
  );
}

function tokenOf(metadata: Metadata): string | undefined {
  return (metadata.get(TOKEN_KEY)[0] ?? metadata.get(PASSWORD_KEY)[0])?.toString();
}

function forwardedMetadata(metadata: Metadata): Readonly<Record<string, string>> {
  const entries = Object.entries(metadata.getMap()).filter(([key]) => !NOT_FORWARDED.has(key) && !key.endsWith('-bin'));
  return Object.fromEntries(entries.map(([key, value]) => [key, value.toString()]));
}

async function* together(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
}

async function* nothingFound(): AsyncGenerator<Uint8Array, void, undefined> {
  yield new Uint8Array();
}

function isStatus(error: unknown): error is StatusObject {
  return error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error;
}
