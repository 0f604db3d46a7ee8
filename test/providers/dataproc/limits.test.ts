import { once } from 'node:events';
import { createServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { plugin } from '../../../providers/dataproc/plugin.ts';
import { failureOf } from '../../failure-of.ts';
import { createFromPlugin, unlimited } from '../athena/emulated-subject.ts';
import { OPTIONS } from './dataproc-subject.ts';

const prefix = (flag: number, length: number): Buffer => {
  const head = Buffer.from([flag, 0, 0, 0, 0]);
  head.writeUInt32BE(length, 1);
  return head;
};
const bomb = gzipSync(Buffer.alloc(100 * 1024 ** 2));

it.each([
  ['announces 4 GiB', 'identity', prefix(0, 2 ** 32 - 1)],
  ['becomes 100 MiB', 'gzip', Buffer.concat([prefix(1, bomb.length), bomb])],
])('an answer over gRPC that %s ends at a limit, which the error names', async (_, encoding, frame) => {
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer().on('session', (session) => sessions.add(session));
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-encoding': encoding });
    stream.end(frame);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const provider = createFromPlugin(plugin, { ...OPTIONS, endpoint: `http://127.0.0.1:${port}` });
  onTestFinished(async () => {
    await provider.close();
    for (const session of sessions) session.destroy();
    server.close();
  });
  const error = await failureOf(provider.listPage({}, undefined, unlimited()));
  expect(error).toMatchObject({ kind: 'unexpected', native: { code: 'MESSAGE_TOO_LARGE' } });
  expect(error.message).toContain('the limit is 67108864 bytes');
});
