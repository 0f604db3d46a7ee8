import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SparkConnectRunner } from '../../src/contract/spark-connect.ts';
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { systemClock } from '../../src/session/system-ports.ts';
import { ExecutePlanResponseSchema } from '../../src/spark-connect/wire/spark-connect_pb.ts';
import { failureOf } from '../failure-of.ts';
import { call, endpointTo, HANDLE, runnerTo, runOne, schedulePromptly } from './connect-stage.ts';

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

const frameOf = (message: MessageInitShape<typeof ExecutePlanResponseSchema>): Buffer => {
  const bytes = toBinary(ExecutePlanResponseSchema, create(ExecutePlanResponseSchema, message));
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([frame, bytes]);
};

it.each([
  ['without an answer', undefined],
  ['after an empty message', {}],
  ['after a report of progress', { responseType: { case: 'executionProgress' as const, value: {} } }],
  ['after the same answer', { responseId: 'one' }],
])('that ends every stream %s is given up after a few, with growing pauses', async (_, message) => {
  let streams = 0;
  answer = (stream) => {
    streams += 1;
    if (message === undefined) {
      stream.respond({ ...GRPC, 'grpc-status': '0' }, { endStream: true });
      return;
    }
    stream.respond(GRPC, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(frameOf(message));
  };
  const pauses: number[] = [];
  const { port } = server.address() as AddressInfo;
  const watched = runnerTo(async () => endpointTo(port), {
    ...systemClock,
    schedule(ms, run, kind) {
      if (kind !== 'background') pauses.push(ms);
      return schedulePromptly(ms, run, kind);
    },
  });
  const error = await failureOf(runOne(watched));
  await watched.close();
  expect(error).toMatchObject({ kind: 'unavailable', effect: 'unknown' });
  expect(error.message).toContain(`127.0.0.1:${port} ended 9 streams of one statement without progress`);
  // Besides the streams there are calls that stop the statement.
  expect(streams).toBeLessThan(20);
  const waited = pauses.reduce((sum, ms) => sum + ms, 0);
  expect(waited).toBeGreaterThan(30_000);
  expect(waited).toBeLessThan(70_000);
});
