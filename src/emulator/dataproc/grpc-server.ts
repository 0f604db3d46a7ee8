import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type * as grpcModule from '@grpc/grpc-js';
import type { handleUnaryCall, Metadata, Server, ServerUnaryCall, StatusObject } from '@grpc/grpc-js';
import { SessionError } from '../../contract/session-error.ts';
import type { Delivery, WireAnswer, WireRequest } from '../wire.ts';
import { grpcNumber, type ErrorDetail } from './google-errors.ts';
import { loadGoogleMessages, type RpcMethod } from './google-messages.ts';
import { statusBytes } from './status-bytes.ts';

const LOOPBACK = '127.0.0.1';

type Grpc = typeof grpcModule;

/** A loopback gRPC server that hands calls, as JSON, to the handler that HTTP has too, and delivers what it decides. */
export class GrpcServer {
  /** Where it listens, or has listened: plain HTTP/2. */
  readonly url: string;
  readonly #tcp: TcpServer;
  readonly #grpc: Server;
  readonly #sockets: ReadonlySet<Socket>;

  private constructor(tcp: TcpServer, grpc: Server, sockets: ReadonlySet<Socket>) {
    this.#tcp = tcp;
    this.#grpc = grpc;
    this.#sockets = sockets;
    this.url = `http://${LOOPBACK}:${(tcp.address() as AddressInfo).port}`;
  }

  /** Listens on `port` of the loopback address, or on any free port for 0. `delay` runs late deliveries. */
  static async listen(
    port: number,
    handler: (request: WireRequest) => Delivery,
    delay: (ms: number, action: () => void) => void,
  ): Promise<GrpcServer> {
    const grpc = await import('@grpc/grpc-js');
    const messages = await loadGoogleMessages();
    const server = new grpc.Server();
    // The sockets are ours, so that a fault can reset the one that a call came on.
    const sockets = new Set<Socket>();
    const reset = (peer: string): void => {
      for (const socket of sockets) if (peer.endsWith(`:${socket.remotePort}`)) socket.resetAndDestroy();
    };
    for (const [service, methods] of Object.entries(messages.services)) {
      const definitions = Object.fromEntries(methods.map((method) => [method.name, toDefinition(service, method)]));
      const handlers = Object.fromEntries(
        methods.map((method) => [method.name, toHandler({ grpc, service, method, handler, delay, reset })]),
      );
      server.addService(definitions, handlers);
    }
    const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
    const tcp = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => {});
      injector.injectConnection(socket);
    });
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', (cause) => {
        const message = `The emulator cannot listen on port ${port}: ${cause.message}. Name another one in 'ports'.`;
        reject(new SessionError('config-invalid', message, { operation: 'startEmulator', cause }));
      });
      tcp.listen(port, LOOPBACK, resolve);
    });
    return new GrpcServer(tcp, server, sockets);
  }

  /** Stops listening and cuts every connection, those that wait for a lost answer too. */
  async close(): Promise<void> {
    this.#grpc.forceShutdown();
    await new Promise<void>((resolve) => {
      this.#tcp.close(() => {
        resolve();
      });
      for (const socket of this.#sockets) socket.destroy();
    });
  }
}

function toDefinition(service: string, { name, request, response }: RpcMethod) {
  return {
    path: `/${service}/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: request.encode,
    requestDeserialize: request.decode,
    responseSerialize: response.encode,
    responseDeserialize: response.decode,
  };
}

function toHandler(parts: {
  readonly grpc: Grpc;
  readonly service: string;
  readonly method: RpcMethod;
  readonly handler: (request: WireRequest) => Delivery;
  readonly delay: (ms: number, action: () => void) => void;
  readonly reset: (peer: string) => void;
}): handleUnaryCall<object, object> {
  const { grpc, service, method, handler, delay, reset } = parts;
  return (call, callback) => {
    const delivery = handler(toWireRequest(`/${service}/${method.name}`, call));
    if (delivery.how === 'reset') reset(call.getPeer());
    if (delivery.how !== 'answer') return;
    const { answer, delayMs } = delivery;
    const send = (): void => {
      if (answer.status === 200) callback(null, JSON.parse(answer.body) as object);
      else callback(toStatus(grpc, answer));
    };
    if (delayMs === 0) send();
    else delay(delayMs, send);
  };
}

function toWireRequest(path: string, call: ServerUnaryCall<object, object>): WireRequest {
  const headers = call.metadata.getMap();
  return {
    method: 'POST',
    path,
    query: new URLSearchParams(),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.toString()])),
    body: JSON.stringify(call.request),
  };
}

function toStatus(grpc: Grpc, answer: WireAnswer): StatusObject {
  const metadata: Metadata = new grpc.Metadata();
  // What a client makes of an answer that is no gRPC, such as a proxy's page.
  if (!answer.body.startsWith('{')) {
    return { code: grpc.status.UNAVAILABLE, details: `Received HTTP status code ${answer.status}`, metadata };
  }
  const { status, message, details } = JSON.parse(answer.body) as {
    readonly status: string;
    readonly message: string;
    readonly details?: readonly ErrorDetail[];
  };
  const code = grpcNumber(status);
  if (details !== undefined) metadata.set('grpc-status-details-bin', statusBytes({ code, message, details }));
  // Every number of the table is one of gRPC's.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
  return { code, details: message, metadata };
}
