// The two calls of one statement with nothing around them: what a first SQL costs the server and the wire.
// first-sql.mjs PORT; a line on stdin is answered with the milliseconds of one fresh connection and session.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import grpc from '@grpc/grpc-js';

const PATH = '/spark.connect.SparkConnectService/ExecutePlan';
const target = `127.0.0.1:${process.argv[2]}`;

// Fields of Protocol Buffers by hand: a tag, a length, and bytes.
const varint = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]);
const field = (number, bytes) =>
  Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);
const text = (number, value) => field(number, Buffer.from(value));

/** The bytes of one field of a message. */
function pick(message, wanted) {
  let at = 0;
  const read = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = read();
    const length = (tag & 7) === 2 ? read() : 0;
    if ((tag & 7) === 0) read();
    if (tag >> 3 === wanted) return message.subarray(at, at + length);
    at += length;
  }
  return undefined;
}

function execute(client, sessionId, plan) {
  const request = Buffer.concat([
    text(1, sessionId),
    field(2, text(1, 'bench')),
    field(3, plan),
    text(6, randomUUID()),
  ]);
  const call = client.makeServerStreamRequest(
    PATH,
    (bytes) => bytes,
    (bytes) => bytes,
    request,
  );
  return new Promise((resolve, reject) => {
    const answers = [];
    call
      .on('data', (answer) => answers.push(answer))
      .on('error', reject)
      .on('end', () => resolve(answers));
  });
}

async function first() {
  const client = new grpc.Client(target, grpc.credentials.createInsecure());
  const sessionId = randomUUID();
  const startedAt = performance.now();
  const sql = field(2, field(5, field(6, field(10, text(1, 'SELECT 42 AS answer')))));
  const answers = await execute(client, sessionId, sql);
  const relation = answers
    .map((answer) => pick(answer, 5))
    .filter(Boolean)
    .map((result) => pick(result, 1))[0];
  const batches = await execute(client, sessionId, field(1, relation));
  const ms = performance.now() - startedAt;
  client.close();
  if (!batches.some((answer) => pick(answer, 2))) throw new Error('there was no batch');
  return ms;
}

await first();
console.log('{}');
for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify({ ms: await first() }));
