import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SparkConnectRunner } from '../../src/contract/spark-connect.ts';
import { call, endpointTo, HANDLE, runnerTo, runOne } from './connect-stage.ts';

const GRPC = { ':status': 200, 'content-type': 'application/grpc' };

let server: Http2Server;
let sessions: ServerHttp2Session[];
let runner: SparkConnectRunner;
let answer: (stream: ServerHttp2Stream) => void;

beforeEach(async () => {
  sessions = [];
  server = createServer().on('session', (session) => sessions.push(session));
  server.on('stream', (stream) => {
    answer(stream);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  runner = runnerTo(async () => endpointTo(port));
});

afterEach(async () => {
  await runner.close();
  for (const session of sessions) session.destroy();
  server.close();
});

it('that answers with something else is one clear error, for statements and connect()', async () => {
  // Wire type 7 does not exist.
  const frame = Buffer.from([0, 0, 0, 0, 2, 0x0f, 0xff]);
  answer = (stream) => {
    stream.respond(GRPC, { waitForTrailers: true });
    stream.on('wantTrailers', () => {
      stream.sendTrailers({ 'grpc-status': '0' });
    });
    stream.end(frame);
  };
  const kind = 'unexpected';
  await expect(runOne(runner)).rejects.toMatchObject({
    kind,
    message: expect.stringContaining('The answer to ExecutePlan is not a Spark Connect message'),
  });
  await expect(runner.connect(HANDLE, call())).rejects.toMatchObject({
    kind,
    message: expect.stringContaining('The answer to AnalyzePlan is not a Spark Connect message'),
  });
});

it('that ends every stream without an answer is given up', async () => {
  answer = (stream) => {
    stream.respond({ ...GRPC, 'grpc-status': '0' }, { endStream: true });
  };
  await expect(runOne(runner)).rejects.toMatchObject({
    kind: 'unavailable',
    effect: 'unknown',
    message: expect.stringContaining('without an answer. Check'),
  });
});
