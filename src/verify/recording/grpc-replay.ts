import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { ServiceProbes } from '../../contract/provider-plugin.ts';
import type { ReplayScript } from './replay-script.ts';
import type { ReplayServer } from './replay-server.ts';

/** gRPC's code for a failure inside a server. */
const INTERNAL = '13';
const HEADERS = { ':status': 200, 'content-type': 'application/grpc' };

type EncodeAnswer = NonNullable<ServiceProbes['encodeAnswer']>;

/** Answers gRPC calls of every method, so this is HTTP/2 with gRPC's frames: a gRPC server needs the methods beforehand. */
export async function openGrpcReplay(script: ReplayScript, encode: EncodeAnswer): Promise<ReplayServer> {
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    // A caller that cancels resets its stream.
    stream.on('error', () => {});
    stream.on('end', () => void answer(script, encode, { stream, headers }));
    stream.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(
  script: ReplayScript,
  encode: EncodeAnswer,
  { stream, headers }: { readonly stream: ServerHttp2Stream; readonly headers: IncomingHttpHeaders },
): Promise<void> {
  const path = headers[':path'] ?? '';
  const query = Object.fromEntries(new URLSearchParams(String(headers['x-goog-request-params'] ?? '')));
  const sent = { method: 'POST', path, query, target: undefined };
  const recorded = script.next(sent);
  const refuse = (status: string, message: string): void => {
    const text = encodeURIComponent(message);
    stream.respond({ ...HEADERS, 'grpc-status': status, 'grpc-message': text }, { endStream: true });
  };
  if (recorded === undefined) {
    refuse(INTERNAL, 'the recording has another call');
    return;
  }
  const { 'grpc-status': status = INTERNAL, date } = recorded.headers;
  try {
    const body: unknown = JSON.parse(recorded.body);
    if (status !== '0') {
      const { message } = Object(body) as { readonly message?: unknown };
      refuse(status, typeof message === 'string' ? message : '');
      return;
    }
    const message = await encode(path, body);
    stream.respond({ ...HEADERS, ...(date !== undefined && { date }) }, { waitForTrailers: true });
    stream.on('wantTrailers', () => {
      stream.sendTrailers({ 'grpc-status': status });
    });
    stream.end(framed(message));
  } catch (error) {
    script.unreadable(sent, String(error));
    refuse(INTERNAL, 'the recorded answer is no message');
  }
}

/** A message of gRPC: not compressed, its length, its bytes. */
function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
