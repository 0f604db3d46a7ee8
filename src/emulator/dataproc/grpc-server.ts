import type * as grpcModule from '@grpc/grpc-js';
import type { handleUnaryCall, Metadata, Server, ServerUnaryCall, StatusObject } from '@grpc/grpc-js';
import type * as serializerModule from 'proto3-json-serializer';
import type * as protobufModule from 'protobufjs';
import type { INamespace, Type } from 'protobufjs';
import { requireFromWorkingFolder, requirePeer } from '../../provider-kit/load-peer.ts';
import { decide, deliver, TcpListener, type Delay, type EmulatorServer, type Handler } from '../loopback.ts';
import type { WireAnswer, WireRequest } from '../wire.ts';
import { grpcNumber, statusWithDetails, type ErrorDetail } from './google-errors.ts';

type Grpc = typeof grpcModule;

const SERVICES = [
  'google.cloud.dataproc.v1.SessionController',
  'google.cloud.dataproc.v1.BatchController',
  'google.longrunning.Operations',
];

/** A loopback gRPC server that passes calls, as JSON, to the handler that HTTP has too, and carries out its decision. */
export class GrpcServer implements EmulatorServer {
  /** Plain HTTP/2. */
  readonly url: string;
  readonly #tcp: TcpListener;
  readonly #grpc: Server;

  private constructor(tcp: TcpListener, grpc: Server) {
    this.url = tcp.url;
    this.#tcp = tcp;
    this.#grpc = grpc;
  }

  /** Like `TcpListener.listen`; `delay` runs late deliveries. */
  static async listen(port: number, handler: Handler, delay: Delay): Promise<GrpcServer> {
    const grpc = await import('@grpc/grpc-js');
    const server = new grpc.Server();
    const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
    const services = loadServices();
    const tcp = await TcpListener.listen(port, (socket) => injector.injectConnection(socket));
    for (const definition of services) {
      const handlers = Object.entries(definition).map(([name, { path }]) => {
        return [name, toHandler({ grpc, path, handler, delay, reset: (peer) => tcp.reset(peer) })] as const;
      });
      server.addService(definition, Object.fromEntries(handlers));
    }
    return new GrpcServer(tcp, server);
  }

  /** Stops listening and cuts every connection, including those that wait for a lost answer. */
  async close(): Promise<void> {
    this.#grpc.forceShutdown();
    await this.#tcp.close();
  }
}

/** The services in the protos of Google's client, with their messages as protobuf's JSON. */
function loadServices(): readonly grpcModule.ServiceDefinition[] {
  const protobuf = requireSdk('google-gax', 'protobufjs') as typeof protobufModule;
  const { fromProto3JSON, toProto3JSON } = requireSdk(
    'google-gax',
    'proto3-json-serializer',
  ) as typeof serializerModule;
  const protos = requireSdk('../protos/protos.json') as INamespace;
  const root = protobuf.Root.fromJSON(protos);
  root.resolveAll();

  const encode = (type: Type) => (json: object) => {
    const message = fromProto3JSON(type, json as Parameters<typeof fromProto3JSON>[1]);
    return Buffer.from(type.encode(message ?? {}).finish());
  };
  const decode = (type: Type) => (bytes: Buffer) => toProto3JSON(type.decode(bytes)) as object;
  return SERVICES.map((service) => {
    const methods = root.lookupService(service).methodsArray.map((method) => {
      method.resolve();
      const { name, resolvedRequestType: request, resolvedResponseType: response } = method;
      if (request === null || response === null) throw new Error(`The method ${service}.${name} has no messages.`);
      const definition: grpcModule.MethodDefinition<object, object> = {
        path: `/${service}/${name}`,
        requestStream: false,
        responseStream: false,
        requestSerialize: encode(request),
        requestDeserialize: decode(request),
        responseSerialize: encode(response),
        responseDeserialize: decode(response),
      };
      return [name, definition] as const;
    });
    return Object.fromEntries(methods);
  });
}

function toHandler(parts: {
  readonly grpc: Grpc;
  readonly path: string;
  readonly handler: Handler;
  readonly delay: Delay;
  readonly reset: (peer: string) => void;
}): handleUnaryCall<object, object> {
  const { grpc, path, handler, delay, reset } = parts;
  return (call, callback) => {
    deliver(decide(handler, toWireRequest(path, call)), {
      delay,
      reset: () => reset(call.getPeer()),
      send(answer) {
        if (answer.status !== 200) {
          callback(toStatus(grpc, answer));
          return;
        }
        // Google's front ends date the answers of gRPC too; Node.js would write the time of this machine.
        const metadata = new grpc.Metadata();
        metadata.set('date', answer.headers['date'] ?? '');
        call.sendMetadata(metadata);
        callback(null, JSON.parse(answer.body) as object);
      },
    });
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
  // What a client makes of an answer that is not gRPC, such as a proxy's page.
  if (!answer.body.startsWith('{')) {
    return { code: grpc.status.UNAVAILABLE, details: `Received HTTP status code ${answer.status}`, metadata };
  }
  const { status, message, details } = JSON.parse(answer.body) as {
    readonly status: string;
    readonly message: string;
    readonly details?: readonly ErrorDetail[];
  };
  if (details !== undefined) metadata.set('grpc-status-details-bin', statusWithDetails(status, message, details));
  // Every number of the table is one of gRPC's.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
  return { code: grpcNumber(status), details: message, metadata };
}

/** Loads a part of Google's client for Dataproc, by the path from its entry. */
function requireSdk(...path: readonly string[]): unknown {
  const sdk = '@google-cloud/dataproc';
  return requirePeer(sdk, ...path) ?? requireFromWorkingFolder(undefined, sdk, ...path);
}
