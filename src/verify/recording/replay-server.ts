import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReplayScript } from './replay-script.ts';

/** A server on loopback that answers with what a recording has. */
export interface ReplayServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Answers HTTP requests. */
export async function openHttpReplay(script: ReplayScript): Promise<ReplayServer> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      answer(script, request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(script: ReplayScript, request: IncomingMessage, response: ServerResponse): void {
  const [path = ''] = (request.url ?? '').split('?');
  const target = request.headers['x-amz-target'];
  const recorded = script.next({
    method: request.method ?? '',
    path: decodeURIComponent(path),
    target: typeof target === 'string' ? target : undefined,
  });
  if (recorded === undefined) response.writeHead(500, { 'content-type': 'application/json' }).end('{}');
  else response.writeHead(recorded.status, { ...recorded.headers }).end(recorded.body);
}
