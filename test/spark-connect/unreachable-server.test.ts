import { once } from 'node:events';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/session/system-ports.ts';
import { failureOf } from '../failure-of.ts';
import { endpointTo, runnerTo, runOne, schedulePromptly } from './connect-stage.ts';

const quick = { ...systemClock, schedule: schedulePromptly };

async function failureAt(endpoint: Partial<ReturnType<typeof endpointTo>>): ReturnType<typeof failureOf> {
  const runner = runnerTo(async () => endpointTo(1, endpoint), quick);
  const error = await failureOf(runOne(runner));
  await runner.close();
  return error;
}

it.each([
  ['a port where nothing listens', { port: 9 }, 'unavailable', '127.0.0.1:9 (ECONNREFUSED)'],
  ['a host without an address', { host: 'no-such-host.invalid', port: 443, tls: true }, 'unavailable', 'no-such-host'],
] as const)('%s is named, and nothing has happened', async (_, endpoint, kind, text) => {
  expect(await failureAt(endpoint)).toMatchObject({ kind, effect: 'none', message: expect.stringContaining(text) });
});

it('a server without TLS is named as one', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const message = expect.stringContaining(`No TLS connection to localhost:${port}`) as string;
  const error = await failureAt({ host: 'localhost', port, tls: true });
  expect(error).toMatchObject({ kind: 'config-invalid', effect: 'none', message });
});

const prefix = (flag: number, length: number): Buffer => {
  const head = Buffer.from([flag, 0, 0, 0, 0]);
  head.writeUInt32BE(length, 1);
  return head;
};
const bomb = gzipSync(Buffer.alloc(400 * 1024 ** 2));

it.each([
  ['announces 4 GiB', 'identity', prefix(0, 2 ** 32 - 1)],
  ['announces one byte too much', 'identity', prefix(0, 256 * 1024 ** 2 + 1)],
  ['compresses although it was asked not to', 'gzip', Buffer.concat([prefix(1, bomb.length), bomb])],
])('a message that %s ends at a limit, which the error names', async (_, encoding, frame) => {
  const server = createHttp2Server().on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-encoding': encoding });
    stream.end(frame);
  });
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const error = await failureAt({ port });
  expect(error).toMatchObject({ kind: 'unexpected', effect: 'unknown' });
  expect(error.message).toContain(`127.0.0.1:${port}`);
  expect(error.message).toContain('the limit is 268435456 bytes');
});
