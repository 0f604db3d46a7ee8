import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/session/system-ports.ts';
import { ConnectChannel } from '../../src/spark-connect/connect-channel.ts';
import { SparkConnectService } from '../../src/spark-connect/wire/spark-connect_pb.ts';

it('asks for answers as they are, and sends its metadata along', async () => {
  const sessions: ServerHttp2Session[] = [];
  let seen: IncomingHttpHeaders = {};
  const server = createServer().on('session', (session) => sessions.push(session));
  server.on('stream', (stream, headers) => {
    seen = headers;
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' }, { endStream: true });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const channel = new ConnectChannel(grpc, systemClock, { host: '127.0.0.1', port, tls: false }, () =>
    Promise.reject(new Error()),
  );
  await channel
    .unary(SparkConnectService.method.config, {}, { metadata: { 'x-key': 'value' }, timeoutMs: 30_000 })
    .catch(() => {});
  channel.close();
  for (const session of sessions) session.destroy();
  server.close();
  expect(seen).toMatchObject({ 'grpc-accept-encoding': 'identity', 'x-key': 'value' });
});
