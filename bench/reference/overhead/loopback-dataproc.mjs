// Dataproc for the overhead and cold benches: it answers one look at one session at once, over gRPC and over REST.
// Prints both URLs in its first line.
import { createServer } from 'node:http';
import { protos } from '@google-cloud/dataproc';
import { Server, ServerCredentials } from '@grpc/grpc-js';

const { Session } = protos.google.cloud.dataproc.v1;
const seconds = Math.floor(Date.now() / 1000);
const session = Session.fromObject({
  name: 'projects/bench-project/locations/us-central1/sessions/bench-session',
  uuid: '00000000-0000-4000-8000-000000000001',
  createTime: { seconds },
  sparkConnectSession: {},
  runtimeInfo: { endpoints: { 'Spark Connect Server': 'sc://bench.dataproc.googleusercontent.com:443' } },
  state: 'ACTIVE',
  stateTime: { seconds },
  creator: 'bench@example.com',
  user: 'bench@example.com',
  labels: { team: 'data' },
  runtimeConfig: { version: '3.0' },
  environmentConfig: { executionConfig: { idleTtl: { seconds: 3600 }, ttl: { seconds: 86400 } } },
  stateHistory: [{ state: 'CREATING', stateStartTime: { seconds } }],
});

const message = Buffer.from(Session.encode(session).finish());
const grpc = new Server();
grpc.addService(
  {
    GetSession: {
      path: '/google.cloud.dataproc.v1.SessionController/GetSession',
      requestStream: false,
      responseStream: false,
      requestDeserialize: (bytes) => bytes,
      responseSerialize: (bytes) => bytes,
    },
  },
  { GetSession: (_call, answer) => answer(null, message) },
);

const time = new Date(seconds * 1000).toISOString();
const json = JSON.stringify({
  ...Session.toObject(session, { longs: String }),
  createTime: time,
  stateTime: time,
  environmentConfig: { executionConfig: { idleTtl: '3600s', ttl: '86400s' } },
  stateHistory: [{ state: 1, stateStartTime: time }],
});
const rest = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) });
  response.end(json);
});
rest.keepAliveTimeout = 60_000;

grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_error, port) => {
  rest.listen(0, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${port} http://127.0.0.1:${rest.address().port}`);
  });
});
