import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** The one user of the proxy; the password needs escapes in a URL. */
const AUTHORIZATION = `Basic ${Buffer.from('user:p@ss/word').toString('base64')}`;
/** Hosts that the proxy refuses, with the status of its page; its input replaces them. */
let refused: Readonly<Record<string, number>> = {};

/** Every connection goes to this port, whatever its target. */
const upstream = Number(process.argv[2]);

function statusOf({ url = '', headers }: IncomingMessage): number {
  if (headers['proxy-authorization'] !== AUTHORIZATION) return 407;
  return refused[url.split(':')[0] ?? ''] ?? 200;
}

/** A proxy of a company: CONNECT with a password, and pages in HTML for what it refuses. */
const server = createServer((request, response) => {
  response.writeHead(403, { 'content-type': 'text/html' }).end(`<html>No ${request.url ?? ''}</html>`);
});
server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
  const status = statusOf(request);
  process.stdout.write(`${JSON.stringify({ target: request.url, status })}\n`);
  client.on('error', () => {});
  if (status !== 200) {
    const page = '<html><body>The proxy says no</body></html>';
    const type = 'Content-Type: text/html\r\nProxy-Authenticate: Basic realm="proxy"';
    client.end(`HTTP/1.1 ${status} No\r\n${type}\r\nContent-Length: ${page.length}\r\n\r\n${page}`);
    return;
  }
  const onward = connect(upstream, '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    onward.write(head);
    onward.pipe(client).pipe(onward);
  });
  onward.on('error', () => client.destroy());
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  refused = JSON.parse(line) as typeof refused;
  process.stdout.write(`${JSON.stringify({ refused })}\n`);
});
// It ends with the test that started it.
input.on('close', () => process.exit(0));
