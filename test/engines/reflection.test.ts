import { fromBinary, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
  type DescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SparkConnectService } from '../../src/spark-connect/wire/spark-connect_pb.ts';
import { startEngine, type EngineServer } from './engine-server.ts';

/** @see https://grpc.io/docs/guides/reflection/ (read 2026-11-21) */
const REFLECTION = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
const FILE_CONTAINING_SYMBOL = 4;
const FILE_DESCRIPTOR_RESPONSE = 4;
const FILE_DESCRIPTOR_PROTO = 1;

describe("our part of the protocol against Sail's own description of it", () => {
  let server: EngineServer;
  let theirs: ReadonlyMap<string, DescriptorProto>;

  beforeAll(async () => {
    server = await startEngine('sail');
    theirs = await messagesOf(server.port);
  });

  afterAll(() => server.stop());

  it.each(SparkConnectService.methods.map((method) => [method.name, method] as const))(
    '%s has our numbers and types',
    (_, { input, output }) => {
      const seen = new Set<string>();
      const wrong = [
        ...differences(input, `spark.connect.${input.name}`, { theirs, seen }),
        ...differences(output, `spark.connect.${output.name}`, { theirs, seen }),
      ];
      expect(wrong).toEqual([]);
      expect(seen.size).toBeGreaterThan(1);
    },
  );
});

interface Walk {
  readonly theirs: ReadonlyMap<string, DescriptorProto>;
  readonly seen: Set<string>;
}

/** Where our message says otherwise than theirs. Names are not on the wire, and neither is the word for an enumeration. */
function differences(ours: DescMessage, name: string, walk: Walk): string[] {
  if (walk.seen.has(ours.typeName)) return [];
  walk.seen.add(ours.typeName);
  const message = walk.theirs.get(name);
  if (message === undefined) return [`${name} is not there`];
  return ours.fields.flatMap((field) => {
    const where = `${name}, field ${field.number} (${field.name})`;
    const their = message.field.find(({ number }) => number === field.number);
    if (their === undefined) return [`${where} is not there`];
    const isRepeated = field.fieldKind === 'list' || field.fieldKind === 'map';
    if (isRepeated !== (their.label === Label.REPEATED)) return [`${where} is repeated here or there only`];
    if (their.type !== typeOf(field) && !(their.type === Type.ENUM && typeOf(field) === Type.INT32)) {
      return [`${where} is of type ${typeOf(field)} here and ${their.type} there`];
    }
    return field.message === undefined || field.fieldKind === 'map'
      ? []
      : differences(field.message, their.typeName.slice(1), walk);
  });
}

function typeOf(field: DescField): Type {
  return field.proto.type;
}

/** Every message that the server describes, by its full name. */
async function messagesOf(port: number): Promise<ReadonlyMap<string, DescriptorProto>> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const found = new Map<string, DescriptorProto>();
  const add = (prefix: string, messages: readonly DescriptorProto[]): void => {
    for (const message of messages) {
      const name = `${prefix}.${message.name}`;
      found.set(name, message);
      add(name, message.nestedType);
    }
  };
  const symbols = ['SparkConnectService', 'Relation', 'Expression', 'DataType', 'Command'];
  for (const symbol of symbols) {
    for (const file of await filesWith(client, `spark.connect.${symbol}`)) {
      const { package: prefix, messageType } = fromBinary(FileDescriptorProtoSchema, file);
      add(prefix, messageType);
    }
  }
  client.close();
  return found;
}

function filesWith(client: Client, symbol: string): Promise<Uint8Array[]> {
  const identity = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve, reject) => {
    const call = client.makeBidiStreamRequest<Buffer, Buffer>(REFLECTION, identity, identity);
    call.on('error', reject).on('data', (answer: Buffer) => {
      resolve(fieldsOf(answer, FILE_DESCRIPTOR_RESPONSE).flatMap((inner) => fieldsOf(inner, FILE_DESCRIPTOR_PROTO)));
    });
    const request = new BinaryWriter().tag(FILE_CONTAINING_SYMBOL, WireType.LengthDelimited).string(symbol).finish();
    call.write(Buffer.from(request));
    call.end();
  });
}

/** The bytes of each field of one number. */
function fieldsOf(message: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === wanted) found.push(reader.bytes());
    else reader.skip(wireType);
  }
  return found;
}
