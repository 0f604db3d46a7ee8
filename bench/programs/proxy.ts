// A proxy in its own process: proxy.ts PORT [PATH], of the server, or of the WebSocket bridge in front of it. It prints its port and key; a line on stdin is answered with the
// processor time so far (µs) and the memory (bytes).
import { createInterface } from 'node:readline';

const expiresAtMs = Number.POSITIVE_INFINITY;
const metadata = { 'x-aws-proxy-auth': 'token' };
const [, , port, path] = process.argv;
const place = { host: '127.0.0.1', port: Number(port), tls: false, expiresAtMs };
const endpoint =
  path === undefined ? { ...place, metadata } : { ...place, metadata: {}, tunnel: { path, headers: metadata } };
const session = {
  handle: { v: 1, provider: 'athena', scope: 'bench', id: 's-1' } as const,
  endpoint: { get: () => Promise.resolve(endpoint), replace: () => Promise.resolve(endpoint) },
  ended: () => Promise.resolve(undefined),
};
// What a program that uses anysession has loaded already.
await import('@grpc/grpc-js');
globalThis.gc?.();
const before = process.memoryUsage.rss();
const { startProxy } = await import('../../src/proxy/start-proxy.ts');
const proxy = await startProxy({ get: () => Promise.resolve(session), close: () => Promise.resolve() });
console.log(JSON.stringify({ port: proxy.port, key: proxy.key, idleBytes: process.memoryUsage.rss() - before }));
for await (const _ of createInterface({ input: process.stdin })) {
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify({ cpuMicroseconds: user + system, rss: process.memoryUsage.rss() }));
}
await proxy.close();
