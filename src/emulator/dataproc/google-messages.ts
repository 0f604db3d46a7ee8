import { createRequire } from 'node:module';
import type { INamespace, Type } from 'protobufjs';

/** How one message goes over the wire; here it is protobuf's JSON. */
export interface MessageCodec {
  readonly encode: (json: object) => Buffer;
  readonly decode: (bytes: Buffer) => object;
}

/** One method of a gRPC service. */
export interface RpcMethod {
  readonly name: string;
  readonly request: MessageCodec;
  readonly response: MessageCodec;
}

/** The services that are emulated, by their full names. */
export interface GoogleMessages {
  readonly services: Readonly<Record<string, readonly RpcMethod[]>>;
}

const SERVICES = ['google.cloud.dataproc.v1.SessionController', 'google.longrunning.Operations'];

/** Reads the messages from the protos that Google's client brings along. */
export async function loadGoogleMessages(): Promise<GoogleMessages> {
  const [{ default: protobuf }, { fromProto3JSON, toProto3JSON }] = await Promise.all([
    import('protobufjs'),
    import('proto3-json-serializer'),
  ]);
  const protos = createRequire(import.meta.url)('@google-cloud/dataproc/build/protos/protos.json') as INamespace;
  const root = protobuf.Root.fromJSON(protos);
  root.resolveAll();

  const codec = (type: Type): MessageCodec => ({
    encode: (json) => {
      const message = fromProto3JSON(type, json as Parameters<typeof fromProto3JSON>[1]);
      return Buffer.from(type.encode(message ?? {}).finish());
    },
    decode: (bytes) => toProto3JSON(type.decode(bytes)) as object,
  });
  const methodsOf = (name: string): readonly RpcMethod[] =>
    root.lookupService(name).methodsArray.map((method) => {
      method.resolve();
      const { resolvedRequestType: request, resolvedResponseType: response } = method;
      if (request === null || response === null) throw new Error(`The method ${name}.${method.name} has no messages.`);
      return { name: method.name, request: codec(request), response: codec(response) };
    });
  return { services: Object.fromEntries(SERVICES.map((name) => [name, methodsOf(name)])) };
}
