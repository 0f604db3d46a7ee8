// A Spark Connect server in its own process that answers every ExecutePlan with the same messages: result-server.ts MESSAGES BYTES.
// It prints its port.
import { create, toBinary } from '@bufbuild/protobuf';
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { ExecutePlanResponseSchema } from '../../src/spark-connect/wire/spark-connect_pb.ts';

const [, , messages = '1', bytes = '1'] = process.argv;

const same = (message: Buffer): Buffer => message;
const asBytes = {
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
};

function answer(number: number, responseType: object): Buffer {
  const message = create(ExecutePlanResponseSchema, {
    sessionId: 's',
    responseId: `answer-${number}`,
    responseType,
  } as object);
  return Buffer.from(toBinary(ExecutePlanResponseSchema, message));
}

const data = new Uint8Array(Number(bytes));
const batches = Array.from({ length: Number(messages) }, (_, at) =>
  answer(at, { case: 'arrowBatch', value: { rowCount: 1n, data } }),
);
const last = answer(batches.length, { case: 'resultComplete', value: {} });

type Call = ServerDuplexStream<Buffer, Buffer>;

async function execute(call: Call): Promise<void> {
  for (const batch of [...batches, last]) await new Promise<void>((resolve) => call.write(batch, () => resolve()));
  call.end();
}

const handlers: Readonly<Record<string, (call: Call) => void>> = {
  ExecutePlan: (call) => {
    call.once('data', () => void execute(call));
  },
  AnalyzePlan: (call) => {
    call.once('data', (request: Buffer) => {
      call.write(request);
      call.end();
    });
  },
  ReleaseExecute: (call) => {
    call.once('data', () => {
      call.write(Buffer.alloc(0));
      call.end();
    });
  },
};
const server = new Server({ 'grpc.max_send_message_length': -1 });
for (const [name, handler] of Object.entries(handlers)) {
  const path = `/spark.connect.SparkConnectService/${name}`;
  server.addService({ [name]: { path, requestStream: true, responseStream: true, ...asBytes } }, { [name]: handler });
}
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(port);
});
process.stdin.on('end', () => process.exit()).resume();
