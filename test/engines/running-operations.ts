import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Client, credentials } from '@grpc/grpc-js';
import {
  InterruptRequestSchema,
  InterruptResponseSchema,
  SparkConnectService,
  type InterruptResponse,
} from '../../src/spark-connect/wire/spark-connect_pb.ts';
import type { EngineClient } from './engine-client.ts';

/** An interrupt of everything that a session runs: the server answers with what it found. */
const EVERYTHING = 1;

/** The ids of the operations that a session's server still works on; whatever they are, they are stopped by asking. */
export async function runningOperations(client: EngineClient): Promise<readonly string[]> {
  const { host, port, sessionId, userId } = await client.connection();
  const raw = new Client(`${host}:${port}`, credentials.createInsecure());
  const request = create(InterruptRequestSchema, { sessionId, userContext: { userId }, interruptType: EVERYTHING });
  const { name } = SparkConnectService.method.interrupt;
  try {
    const { interruptedIds } = await new Promise<InterruptResponse>((resolve, reject) => {
      raw.makeUnaryRequest(
        `/${SparkConnectService.typeName}/${name}`,
        (message: typeof request) => Buffer.from(toBinary(InterruptRequestSchema, message)),
        (bytes: Buffer) => fromBinary(InterruptResponseSchema, bytes),
        request,
        (error, answer) => (error ? reject(error) : resolve(answer as InterruptResponse)),
      );
    });
    return interruptedIds;
  } finally {
    raw.close();
  }
}
