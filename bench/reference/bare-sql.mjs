// The two calls of a statement on bare gRPC, the limit for every client: bare-sql.mjs PORT [KEY [VERSION [NAME]]], the
// key of a proxy, the Spark version behind it and the metadata that the key is sent as. A line `first` or `receive ROWS` on stdin
// is answered with one line of JSON.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import grpc from '@grpc/grpc-js';

const PATH = '/spark.connect.SparkConnectService/ExecutePlan';
const [, , port, key, version, keyName = 'x-anysession-key'] = process.argv;
const target = `127.0.0.1:${port}`;
const options = { 'grpc-node.flow_control_window': 16 * 1024 * 1024, 'grpc.max_receive_message_length': -1 };

/** Asks for messages without compression. */
class Metadata extends grpc.Metadata {
  set(key, value) {
    super.set(key, key === 'grpc-accept-encoding' ? 'identity' : value);
  }

  clone() {
    const copy = new Metadata(this.getOptions());
    copy.merge(super.clone());
    return copy;
  }
}

// Fields of Protocol Buffers by hand: a tag, a length, and bytes.
const varint = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]);
const field = (number, bytes) =>
  Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);
const text = (number, value) => field(number, Buffer.from(value));

/** The bytes, or the number, of one field of a message. */
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
    const value = read();
    if (tag >> 3 === wanted) return (tag & 7) === 2 ? message.subarray(at, at + value) : value;
    if ((tag & 7) === 2) at += value;
  }
  return undefined;
}

function execute(client, sessionId, plan, onAnswer) {
  const request = Buffer.concat([
    text(1, sessionId),
    field(2, text(1, 'bench')),
    field(3, plan),
    text(6, randomUUID()),
  ]);
  const same = (bytes) => bytes;
  const metadata = new Metadata();
  if (key !== undefined) metadata.set(keyName, key);
  const call = client.makeServerStreamRequest(PATH, same, same, request, metadata);
  return new Promise((resolve, reject) => {
    call.on('data', onAnswer).on('error', reject).on('end', resolve);
  });
}

/** Runs a query and counts its rows. */
async function run(query) {
  const client = new grpc.Client(target, grpc.credentials.createInsecure(), options);
  const sessionId = randomUUID();
  const startedAt = performance.now();
  let relation;
  await execute(
    client,
    sessionId,
    field(2, field(5, version === '3.5' ? text(1, query) : field(6, field(10, text(1, query))))),
    (answer) => {
      const result = pick(answer, 5);
      if (result) relation = pick(result, 1);
    },
  );
  let rows = 0;
  await execute(client, sessionId, field(1, relation), (answer) => {
    const batch = pick(answer, 2);
    if (batch) rows += pick(batch, 1);
  });
  const ms = performance.now() - startedAt;
  client.close();
  return { ms, rows };
}

const first = () => run('SELECT 42 AS answer');
const receive = (rows) =>
  run(
    `SELECT id, id * 2 AS twice, CAST(id AS DOUBLE) / 3 AS third, CAST(id % 1000 AS STRING) AS text FROM range(0, ${rows})`,
  );

await first();
console.log('{}');
for await (const line of createInterface({ input: process.stdin })) {
  const [name, rows] = line.split(' ');
  console.log(JSON.stringify(await (name === 'first' ? first() : receive(Number(rows)))));
}
